#include "padded_map.h"

#include <algorithm>
#include <cmath>

namespace posecast {

PaddedMap::PaddedMap(int height, int width)
    : height_(height),
      width_(width),
      stride_(static_cast<std::size_t>(width) + 2 * kPad),
      values_(stride_ * (static_cast<std::size_t>(height) + 2 * kPad)) {}

void PaddedMap::load(const float* map) {
  for (int y = 0; y < height_; ++y) {
    const float* source = map + static_cast<std::size_t>(y) * width_;
    float* target = values_.data() + (static_cast<std::size_t>(y) + kPad) * stride_;
    for (int x = 0; x < width_; ++x) {
      target[x + kPad] = std::fabs(source[x]) <= kLargestValue ? source[x] : 0.0f;  // NaN compares false
    }
    std::fill_n(target, kPad, target[kPad]);
    std::fill_n(target + kPad + width_, kPad, target[kPad + width_ - 1]);
  }
  for (int y = 0; y < kPad; ++y) {
    float* top = values_.data() + static_cast<std::size_t>(y) * stride_;
    float* bottom = values_.data() + (static_cast<std::size_t>(y) + kPad + height_) * stride_;
    std::copy_n(row(kPad), stride_, top);
    std::copy_n(row(kPad + height_ - 1), stride_, bottom);
  }
}

}  // namespace posecast
