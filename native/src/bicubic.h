// Bicubic upsampling by 4, as numbers: a = -0.75, half-pixel centres, replicated border.
//
// Upsampled pixel X = 4 q + r lies at (X + 0.5) / 4 - 0.5 map cells: within cell q, at one of four phases r. Each
// phase has fixed weights for 4 neighbouring cells, multiples of 1/2048 and so exact in float.

#pragma once

namespace posecast {

constexpr int kUpsampling = 4;
constexpr int kTaps = 4;
// Cells that the taps reach beyond the map on each side.
constexpr int kPad = 2;

constexpr float kPhaseWeights[kUpsampling][kTaps] = {
    {-135.0f / 2048, 873.0f / 2048, 1535.0f / 2048, -225.0f / 2048},
    {-21.0f / 2048, 235.0f / 2048, 1981.0f / 2048, -147.0f / 2048},
    {-147.0f / 2048, 1981.0f / 2048, 235.0f / 2048, -21.0f / 2048},
    {-225.0f / 2048, 1535.0f / 2048, 873.0f / 2048, -135.0f / 2048},
};

// Of any phase: the two inner weights are positive and sum to at most kInner, the two outer ones are negative and
// sum to at least -kOuter. (The phases 0 and 3 reach both.)
constexpr float kInner = (873.0f + 1535.0f) / 2048;
constexpr float kOuter = (135.0f + 225.0f) / 2048;

// Index of the first tap of upsampled pixel `position` in a row or column padded by kPad.
constexpr int first_tap(int position) { return (position + 2) / kUpsampling; }

// The sum over 4 taps, in the one order of additions that everything here keeps: equal inputs, equal bits.
inline float weigh(const float* weights, float m0, float m1, float m2, float m3) {
  return ((weights[0] * m0 + weights[1] * m1) + weights[2] * m2) + weights[3] * m3;
}

}  // namespace posecast
