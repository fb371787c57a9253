// One layer of a small network for a few inputs at a time: out = in * weight + bias, then perhaps max(out, 0).
#pragma once

namespace posecast {

constexpr int kTile = 32;  // outputs whose weights lie together

struct Dense {
  const float* weight;  // (tiles, inputs, kTile)
  const float* bias;    // (tiles, kTile)
  int inputs;
  int tiles;
  bool rectified;  // whether values below 0 become 0
};

// in (rows, inputs) -> out (rows, tiles * kTile). In the calling thread alone: a pool of threads would wait for cores
// that the network has taken, which runs meanwhile.
void apply(const Dense& layer, const float* in, int rows, float* out);

}  // namespace posecast
