// One map of the network, made safe to sample: cleaned of non-finite values and padded with its border.

#pragma once

#include <cstddef>
#include <vector>

#include "bicubic.h"

namespace posecast {

// Larger values count as 0, like NaN and infinities: no working network returns them, and all sums stay finite.
constexpr float kLargestValue = 1e6f;

class PaddedMap {
 public:
  // For maps of (height, width) cells, at least one each.
  PaddedMap(int height, int width);

  // Copies `map`, (height, width) cells in C order.
  void load(const float* map);

  // Row `y` of the padded map, 0 <= y < height + 2 kPad: width + 2 kPad values, cell x at index x + kPad.
  const float* row(int y) const { return values_.data() + static_cast<std::size_t>(y) * stride_; }

  // The upsampled map at pixel (x, y), 0 <= x < 4 width, 0 <= y < 4 height: columns first, then along the row.
  float upsampled_at(int x, int y) const;

  // The same for all pixels of the cells first <= x < last of row y: 4 rows of pixels, the first pixel at `out`.
  void upsample(int y, int first, int last, float* out, std::size_t out_stride);

  int height() const { return height_; }
  int width() const { return width_; }

 private:
  int height_;
  int width_;
  std::size_t stride_;
  std::vector<float> values_;
  std::vector<float> column_sums_;  // scratch
};

inline float PaddedMap::upsampled_at(int x, int y) const {
  const float* down = kPhaseWeights[y % kUpsampling];
  const float* top = row(first_tap(y)) + first_tap(x);
  float columns[kTaps];
  for (int i = 0; i < kTaps; ++i) {
    columns[i] = weigh(down, top[i], top[i + stride_], top[i + 2 * stride_], top[i + 3 * stride_]);
  }
  return weigh(kPhaseWeights[x % kUpsampling], columns[0], columns[1], columns[2], columns[3]);
}

}  // namespace posecast
