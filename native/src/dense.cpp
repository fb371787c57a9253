#include "dense.h"

#include <algorithm>

namespace posecast {

namespace {

// Every output is summed on its own and in the order of the inputs, so that wider registers change no bit of it. Where
// the compiler can, it makes versions for them and chooses when the module is loaded.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define POSECAST_WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define POSECAST_WIDE
#endif

constexpr int kRows = 3;  // that share a weight once it is loaded; more would not fit into the registers

// The sums of one tile for kRows rows of inputs, which may be the same row.
POSECAST_WIDE void sum_tile(const float* weight, const float* bias, int inputs, const float* const in[kRows],
                            float sums[kRows][kTile]) {
  const float *a = in[0], *b = in[1], *c = in[2];
  float sum_a[kTile], sum_b[kTile], sum_c[kTile];
  for (int i = 0; i < kTile; ++i) sum_a[i] = sum_b[i] = sum_c[i] = bias[i];
  for (int k = 0; k < inputs; ++k, weight += kTile) {
    const float value_a = a[k], value_b = b[k], value_c = c[k];
    for (int i = 0; i < kTile; ++i) sum_a[i] += value_a * weight[i];
    for (int i = 0; i < kTile; ++i) sum_b[i] += value_b * weight[i];
    for (int i = 0; i < kTile; ++i) sum_c[i] += value_c * weight[i];
  }
  std::copy(sum_a, sum_a + kTile, sums[0]);
  std::copy(sum_b, sum_b + kTile, sums[1]);
  std::copy(sum_c, sum_c + kTile, sums[2]);
}

}  // namespace

void apply(const Dense& layer, const float* in, int rows, float* out) {
  const int outputs = layer.tiles * kTile;
  float sums[kRows][kTile];
  for (int tile = 0; tile < layer.tiles; ++tile) {
    const float* weight = layer.weight + tile * layer.inputs * kTile;
    for (int row = 0; row < rows; row += kRows) {
      const float* of_rows[kRows];
      for (int i = 0; i < kRows; ++i) of_rows[i] = in + std::min(row + i, rows - 1) * layer.inputs;
      sum_tile(weight, layer.bias + tile * kTile, layer.inputs, of_rows, sums);
      for (int i = 0; i < std::min(kRows, rows - row); ++i) {
        std::copy(sums[i], sums[i] + kTile, out + (row + i) * outputs + tile * kTile);
      }
    }
  }
  if (!layer.rectified) return;
  for (int i = 0; i < rows * outputs; ++i) out[i] = std::max(out[i], 0.0f);
}

}  // namespace posecast
