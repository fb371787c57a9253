// The complete decoder: from maps of the network to people.

#pragma once

#include <array>
#include <vector>

#include "grouping.h"
#include "peaks.h"

namespace posecast {

constexpr int kHeatmaps = kKeypoints + 1;  // the last is the background
constexpr int kPafs = 2 * kLimbs;
// Cells along a side: far beyond any network's maps, so that no index overflows.
constexpr int kLongestSide = 4096;

// Maps in C order; height and width may be 0.
struct Maps {
  const float* heatmaps;  // (kHeatmaps, height, width)
  const float* pafs;      // (kPafs, height, width)
  int height;
  int width;
};

struct Keypoint {
  float x;  // map cells; NaN where missing
  float y;
  float confidence;  // 0 where missing
};

struct Person {
  std::array<Keypoint, kKeypoints> keypoints;
  float score;
};

// Peaks of the first kKeypoints of `heatmaps`, (kHeatmaps, height, width).
Peaks find_peaks(const float* heatmaps, int height, int width);

// `min_paf_ratio`, 0 to 1: the share of a limb's samples that must be exceeded (see samples_required).
std::vector<Person> extract_people(const Maps& maps, double min_paf_ratio);

}  // namespace posecast
