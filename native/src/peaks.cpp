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

// Written so that compilers make one vector instruction of it.
inline float larger(float a, float b) { return a > b ? a : b; }
inline float smaller(float a, float b) { return a < b ? a : b; }

// Per column of 5 rows of cells: the most over the inner 3, the most and the least over all, clipped at 0.
void extremes_down(const float* m0, const float* m1, const float* m2, const float* m3, const float* m4,
                   float* __restrict most3, float* __restrict most5, float* __restrict least5, int columns) {
  for (int x = 0; x < columns; ++x) {
    const float v0 = m0[x], v1 = m1[x], v2 = m2[x], v3 = m3[x], v4 = m4[x];
    const float most_near = larger(larger(v1, v2), larger(v3, 0.0f));
    most3[x] = most_near;
    most5[x] = larger(most_near, larger(v0, v4));
    least5[x] = smaller(smaller(smaller(v0, v1), smaller(v2, v3)), smaller(v4, 0.0f));
  }
}

// Per cell of the row in the middle of those 5: what its pixels can be at most.
void bound_cells(const float* most3, const float* most5, const float* least5, float* __restrict bounds, int width) {
  for (int x = 0; x < width; ++x) {
    const float most_near = larger(larger(most3[x + 1], most3[x + 2]), most3[x + 3]);
    const float most = larger(larger(larger(most5[x], most5[x + 1]), larger(most5[x + 2], most5[x + 3])), most5[x + 4]);
    const float least =
        smaller(smaller(smaller(least5[x], least5[x + 1]), smaller(least5[x + 2], least5[x + 3])), least5[x + 4]);
    bounds[x] = kMost3Weight * most_near + kMost5Weight * most - kLeast5Weight * least;
  }
}

bool left_of(const Peak& a, const Peak& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; }

bool too_near(const Peak& a, const Peak& b) {
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
      if (too_near(peaks[i], peaks[j])) removed[j] = 1;
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
      plane_stride_(static_cast<std::size_t>(width) * kUpsampling + 2),
      plane_(plane_stride_ * (static_cast<std::size_t>(height) * kUpsampling + 2)) {}

std::vector<Peak> PeakFinder::find(const float* heatmap) {
  map_.load(heatmap);
  find_spans();
  for (const Span& span : spans_) {
    map_.upsample(span.y, span.first, span.last, pixel(span.first * kUpsampling, span.y * kUpsampling), plane_stride_);
  }
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
  for (int y = 0; y < map_.height(); ++y) {
    extremes_down(map_.row(y), map_.row(y + 1), map_.row(y + 2), map_.row(y + 3), map_.row(y + 4), most3_.data(),
                  most5_.data(), least5_.data(), map_.width() + 2 * kPad);
    bound_cells(most3_.data(), most5_.data(), least5_.data(), bounds_.data(), map_.width());
    append_spans(y);
  }
}

void PeakFinder::append_spans(int y) {
  const float* bounds = bounds_.data();
  const int width = map_.width();
  for (int x = 0; x < width; ++x) {
    if (bounds[x] < kPeakThreshold) continue;
    const int first = x;
    while (x < width && bounds[x] >= kPeakThreshold) ++x;
    spans_.push_back({y, first, x});
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

float* PeakFinder::pixel(int x, int y) {
  return plane_.data() + (static_cast<std::size_t>(y) + 1) * plane_stride_ + x + 1;
}

const float* PeakFinder::pixel(int x, int y) const {
  return plane_.data() + (static_cast<std::size_t>(y) + 1) * plane_stride_ + x + 1;
}

}  // namespace posecast
