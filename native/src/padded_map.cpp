#include "padded_map.h"

#include <algorithm>
#include <cmath>

namespace posecast {
namespace {

// The weights of the four phases on the five cells that they reach together: row k is for cell q + k - 2.
constexpr float kCellWeights[5][kUpsampling] = {
    {kPhaseWeights[0][0], kPhaseWeights[1][0], 0.0f, 0.0f},
    {kPhaseWeights[0][1], kPhaseWeights[1][1], kPhaseWeights[2][0], kPhaseWeights[3][0]},
    {kPhaseWeights[0][2], kPhaseWeights[1][2], kPhaseWeights[2][1], kPhaseWeights[3][1]},
    {kPhaseWeights[0][3], kPhaseWeights[1][3], kPhaseWeights[2][2], kPhaseWeights[3][2]},
    {0.0f, 0.0f, kPhaseWeights[2][3], kPhaseWeights[3][3]},
};

}  // namespace

PaddedMap::PaddedMap(int height, int width)
    : height_(height),
      width_(width),
      stride_(static_cast<std::size_t>(width) + 2 * kPad),
      values_(stride_ * (static_cast<std::size_t>(height) + 2 * kPad)),
      column_sums_(stride_) {}

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

void PaddedMap::upsample(int y, int first, int last, float* out, std::size_t out_stride) {
  float* sums = column_sums_.data();
  for (int phase = 0; phase < kUpsampling; ++phase) {
    const float* weights = kPhaseWeights[phase];
    const int top = first_tap(y * kUpsampling + phase);
    const float* m0 = row(top);
    const float* m1 = row(top + 1);
    const float* m2 = row(top + 2);
    const float* m3 = row(top + 3);
    for (int x = first; x < last + 2 * kPad; ++x) sums[x] = weigh(weights, m0[x], m1[x], m2[x], m3[x]);
    float* pixels = out + phase * out_stride;
    for (int x = first; x < last; ++x, pixels += kUpsampling) {
      // As `weigh`: the products with 0 change no sum, for the map is finite.
      for (int i = 0; i < kUpsampling; ++i) {
        float sum = kCellWeights[0][i] * sums[x];
        for (int k = 1; k < 5; ++k) sum += kCellWeights[k][i] * sums[x + k];
        pixels[i] = sum;
      }
    }
  }
}

}  // namespace posecast
