#include "connections.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace posecast {
namespace {

// start + step * delta / (kSamples - 1), rounded to the nearest. There are no ties: 9 is odd.
int sample_position(int start, int delta, int step) {
  constexpr int kSteps = kSamples - 1;
  const int doubled = 2 * step * delta + kSteps;
  const int floor = doubled >= 0 ? doubled / (2 * kSteps) : -((-doubled + 2 * kSteps - 1) / (2 * kSteps));
  return start + floor;
}

// The score of the limb from a to b; none where it is no connection. Upsampled pixels.
std::optional<float> limb_score(const Peak& a, const Peak& b, const Paf& paf, int samples_required) {
  const int dx = b.x - a.x;
  const int dy = b.y - a.y;
  if (dx == 0 && dy == 0) return std::nullopt;
  const double length = std::sqrt(static_cast<double>(dx) * dx + static_cast<double>(dy) * dy);
  const float direction_x = static_cast<float>(dx / length);
  const float direction_y = static_cast<float>(dy / length);
  float sum = 0.0f;
  int count = 0;
  for (int n = 0; n < kSamples; ++n) {
    const int x = sample_position(a.x, dx, n);
    const int y = sample_position(a.y, dy, n);
    const float along = paf.along(direction_x, direction_y, x, y);
    if (along > kSampleThreshold) {
      sum += along;
      ++count;
    } else if (n - count + 1 > kSamples - samples_required) {
      return std::nullopt;  // too many missed already
    }
  }
  const double half_height = paf.height() / 2;
  const float too_long = static_cast<float>(std::min(half_height / length - 1.0, 0.0));
  const float score = sum / static_cast<float>(count) + too_long;
  return score > 0.0f ? std::optional<float>(score) : std::nullopt;
}

}  // namespace

int samples_required(double ratio) {
  const int exceeding = static_cast<int>(std::floor(ratio * kSamples + 1e-6)) + 1;
  return std::min(exceeding, kSamples);
}

std::vector<Connection> connect(const std::vector<Peak>& a, const std::vector<Peak>& b, const Paf& paf,
                                int samples_required) {
  std::vector<Connection> pairs;
  for (int i = 0; i < static_cast<int>(a.size()); ++i) {
    for (int j = 0; j < static_cast<int>(b.size()); ++j) {
      const auto score = limb_score(a[i], b[j], paf, samples_required);
      if (score) pairs.push_back({i, j, *score});
    }
  }
  const auto better = [](const Connection& p, const Connection& q) { return p.score > q.score; };
  std::stable_sort(pairs.begin(), pairs.end(), better);

  std::vector<char> a_used(a.size(), 0);
  std::vector<char> b_used(b.size(), 0);
  std::vector<Connection> connections;
  for (const Connection& pair : pairs) {
    if (a_used[pair.a] || b_used[pair.b]) continue;
    a_used[pair.a] = b_used[pair.b] = 1;
    connections.push_back(pair);
  }
  return connections;
}

}  // namespace posecast
