// The part affinity field (PAF) of one limb, read at upsampled pixels.

#pragma once

#include <cstddef>
#include <vector>

#include "padded_map.h"

namespace posecast {

class Paf {
 public:
  // For maps of (height, width) cells, at least one each.
  Paf(int height, int width);

  // Copies the two channels. Where about as many `reads` are to come as there are upsampled pixels, all pixels are
  // upsampled at once; otherwise each where it is read. The values are the same.
  void load(const float* x, const float* y, std::size_t reads);

  // The field at pixel (x, y) along a direction.
  float along(float direction_x, float direction_y, int x, int y) const {
    if (!whole_) return direction_x * x_.upsampled_at(x, y) + direction_y * y_.upsampled_at(x, y);
    const std::size_t pixel = static_cast<std::size_t>(y) * plane_stride_ + x;
    return direction_x * x_plane_[pixel] + direction_y * y_plane_[pixel];
  }

  // Upsampled pixels.
  int height() const { return x_.height() * kUpsampling; }

 private:
  void upsample(PaddedMap& map, std::vector<float>& plane) const;

  PaddedMap x_, y_;
  bool whole_ = false;
  std::size_t plane_stride_;
  std::vector<float> x_plane_, y_plane_;  // (4 height, 4 width) where whole_
};

}  // namespace posecast
