#include "peaks.h"

#include <algorithm>

namespace posecast {
namespace {

// What a pixel of a cell can be at most. Its taps are (inner + outer) x (inner + outer); the inner ones lie within
// the 3 x 3 cells around, all of them within the 5 x 5. Where the map is positive, inner x inner and outer x outer
// add, where it is negative the mixed products do:
//   value <= kInner^2 most3 + kOuter^2 most5 + 2 kInner kOuter (-least5)
// with the three clipped at 0. kSlack covers the rounding of the sums, about 20 operations of 2^-24 each.
constexpr float kSlack = 1e-5f;
constexpr float kMost3Weight = kInner * kInner + kSlack;
constexpr float kMost5Weight = kOuter * kOuter + kSlack;
constexpr float kLeast5Weight = 2 * kInner * kOuter + kSlack;

// The weights of the four phases on the five cells that they reach together: row k is for cell q + k - 2.
constexpr float kCellWeights[5][kUpsampling] = {
    {kPhaseWeights[0][0], kPhaseWeights[1][0], 0.0f, 0.0f},
    {kPhaseWeights[0][1], kPhaseWeights[1][1], kPhaseWeights[2][0], kPhaseWeights[3][0]},
    {kPhaseWeights[0][2], kPhaseWeights[1][2], kPhaseWeights[2][1], kPhaseWeights[3][1]},
    {kPhaseWeights[0][3], kPhaseWeights[1][3], kPhaseWeights[2][2], kPhaseWeights[3][2]},
    {0.0f, 0.0f, kPhaseWeights[2][3], kPhaseWeights[3][3]},
};

// Written so that compilers make one vector instruction of it.
inline float larger(float a, float b) { return a > b ? a : b; }
inline float smaller(float a, float b) { return a < b ? a : b; }

bool left_of(const Peak& a, const Peak& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; }

bool near(const Peak& a, const Peak& b) {
  const int dx = a.x - b.x;
  const int dy = a.y - b.y;
  return dx * dx + dy * dy < kPeakDistance * kPeakDistance;
}

// From left to right, a peak that stays removes every later one near it. `peaks` is sorted by x.
std::vector<Peak> leftmost(const std::vector<Peak>& peaks) {
  std::vector<char> removed(peaks.size(), 0);
  std::vector<Peak> kept;
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    if (removed[i]) continue;
    kept.push_back(peaks[i]);
    for (std::size_t j = i + 1; j < peaks.size() && peaks[j].x - peaks[i].x < kPeakDistance; ++j) {
      if (near(peaks[i], peaks[j])) removed[j] = 1;
    }
  }
  return kept;
}

// Of equally strong peaks the left ones stay.
void keep_strongest(std::vector<Peak>& peaks) {
  if (peaks.size() <= kMostPeaks) return;
  const auto stronger = [](const Peak& a, const Peak& b) {
    return a.score != b.score ? a.score > b.score : left_of(a, b);
  };
  std::nth_element(peaks.begin(), peaks.begin() + kMostPeaks, peaks.end(), stronger);
  peaks.resize(kMostPeaks);
  std::sort(peaks.begin(), peaks.end(), left_of);
}

}  // namespace

PeakFinder::PeakFinder(int height, int width)
    : map_(height, width),
      most3_(static_cast<std::size_t>(width) + 2 * kPad),
      most5_(most3_.size()),
      least5_(most3_.size()),
      bounds_(most3_.size()),
      column_sums_(most3_.size()),
      plane_stride_(static_cast<std::size_t>(width) * kUpsampling + 2),
      plane_(plane_stride_ * (static_cast<std::size_t>(height) * kUpsampling + 2)) {}

std::vector<Peak> PeakFinder::find(const float* heatmap) {
  map_.load(heatmap);
  find_spans();
  for (const Span& span : spans_) upsample(span);
  std::vector<Peak> peaks;
  for (const Span& span : spans_) append_peaks(span, peaks);
  for (const Span& span : spans_) clear(span);
  std::sort(peaks.begin(), peaks.end(), left_of);
  peaks = leftmost(peaks);
  keep_strongest(peaks);
  return peaks;
}

void PeakFinder::find_spans() {
  spans_.clear();
  const int width = map_.width();
  const int padded_width = width + 2 * kPad;
  float* most3 = most3_.data();
  float* most5 = most5_.data();
  float* least5 = least5_.data();
  float* bounds = bounds_.data();
  for (int y = 0; y < map_.height(); ++y) {
    const float* rows[5];
    for (int i = 0; i < 5; ++i) rows[i] = map_.row(y + i);
    for (int x = 0; x < padded_width; ++x) {
      const float outer_most = larger(rows[0][x], rows[4][x]);
      const float outer_least = smaller(rows[0][x], rows[4][x]);
      most3[x] = larger(larger(rows[1][x], rows[2][x]), larger(rows[3][x], 0.0f));
      most5[x] = larger(most3[x], outer_most);
      least5[x] = smaller(smaller(smaller(rows[1][x], rows[2][x]), smaller(rows[3][x], 0.0f)), outer_least);
    }
    for (int x = 0; x < width; ++x) {
      const float m3 = larger(larger(most3[x + 1], most3[x + 2]), most3[x + 3]);
      const float m5 = larger(larger(larger(most5[x], most5[x + 4]), larger(most5[x + 1], most5[x + 2])), most5[x + 3]);
      const float l5 =
          smaller(smaller(smaller(least5[x], least5[x + 4]), smaller(least5[x + 1], least5[x + 2])), least5[x + 3]);
      bounds[x] = kMost3Weight * m3 + kMost5Weight * m5 - kLeast5Weight * l5;
    }
    append_spans(y, bounds);
  }
}

void PeakFinder::append_spans(int y, const float* bounds) {
  const int width = map_.width();
  for (int x = 0; x < width; ++x) {
    if (bounds[x] < kPeakThreshold) continue;
    const int first = x;
    while (x < width && bounds[x] >= kPeakThreshold) ++x;
    spans_.push_back({y, first, x});
  }
}

void PeakFinder::upsample(const Span& span) {
  float* sums = column_sums_.data();
  for (int phase = 0; phase < kUpsampling; ++phase) {
    const int y = span.y * kUpsampling + phase;
    const float* weights = kPhaseWeights[phase];
    const int top = first_tap(y);
    const float* m0 = map_.row(top);
    const float* m1 = map_.row(top + 1);
    const float* m2 = map_.row(top + 2);
    const float* m3 = map_.row(top + 3);
    for (int x = span.first; x < span.last + 2 * kPad; ++x) sums[x] = weigh(weights, m0[x], m1[x], m2[x], m3[x]);
    float* out = pixel(span.first * kUpsampling, y);
    for (int x = span.first; x < span.last; ++x, out += kUpsampling) {
      // As `weigh`: the products with 0 change no sum, for the map is finite.
      for (int i = 0; i < kUpsampling; ++i) {
        float sum = kCellWeights[0][i] * sums[x];
        for (int k = 1; k < 5; ++k) sum += kCellWeights[k][i] * sums[x + k];
        out[i] = sum;
      }
    }
  }
}

// Pixels beyond the spans are below the threshold, so the 0 that stands for them decides every comparison alike.
void PeakFinder::append_peaks(const Span& span, std::vector<Peak>& peaks) const {
  const std::ptrdiff_t down = static_cast<std::ptrdiff_t>(plane_stride_);
  for (int y = span.y * kUpsampling; y < (span.y + 1) * kUpsampling; ++y) {
    const float* p = pixel(span.first * kUpsampling, y);
    for (int x = span.first * kUpsampling; x < span.last * kUpsampling; ++x, ++p) {
      const float value = *p;
      if (value >= kPeakThreshold && value > p[-1] && value > p[1] && value > p[-down] && value > p[down]) {
        peaks.push_back({x, y, value});
      }
    }
  }
}

void PeakFinder::clear(const Span& span) {
  for (int y = span.y * kUpsampling; y < (span.y + 1) * kUpsampling; ++y) {
    std::fill_n(pixel(span.first * kUpsampling, y), (span.last - span.first) * kUpsampling, 0.0f);
  }
}

float* PeakFinder::pixel(int x, int y) { return plane_.data() + (static_cast<std::size_t>(y) + 1) * plane_stride_ + x + 1; }

const float* PeakFinder::pixel(int x, int y) const {
  return plane_.data() + (static_cast<std::size_t>(y) + 1) * plane_stride_ + x + 1;
}

}  // namespace posecast
