// Connections of one limb: which peak of joint a belongs with which peak of joint b, judged by the PAF between them.

#pragma once

#include <vector>

#include "paf.h"
#include "peaks.h"

namespace posecast {

// Points at which the PAF is read, evenly from a to b, ends included.
constexpr int kSamples = 10;
// A sample counts where the PAF along the limb is greater.
constexpr float kSampleThreshold = 0.05f;

// Two peaks, by index.
struct Connection {
  int a;
  int b;
  float score;
};

// How many of kSamples must count so that count / kSamples > ratio, 0 <= ratio <= 1. A ratio of 1, which no count
// exceeds, asks for all of them. Ratios within 1e-6 of a tenth are that tenth, so that 0.9f and 0.9 mean the same.
int samples_required(double ratio);

// Every peak is in at most one connection, the best first; of equal scores the earlier peak of a, then of b.
std::vector<Connection> connect(const std::vector<Peak>& a, const std::vector<Peak>& b, const Paf& paf,
                                int samples_required);

}  // namespace posecast
