#include "paf.h"

namespace posecast {

Paf::Paf(int height, int width)
    : x_(height, width), y_(height, width), plane_stride_(static_cast<std::size_t>(width) * kUpsampling) {}

void Paf::load(const float* x, const float* y, std::size_t reads) {
  x_.load(x);
  y_.load(y);
  whole_ = reads >= plane_stride_ * height();
  if (!whole_) return;
  upsample(x_, x_plane_);
  upsample(y_, y_plane_);
}

void Paf::upsample(PaddedMap& map, std::vector<float>& plane) const {
  plane.resize(plane_stride_ * height());
  for (int y = 0; y < map.height(); ++y) {
    map.upsample(y, 0, map.width(), plane.data() + y * kUpsampling * plane_stride_, plane_stride_);
  }
}

}  // namespace posecast
