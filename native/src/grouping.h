// People: connections of all limbs, assembled limb by limb.

#pragma once

#include <array>
#include <vector>

#include "connections.h"
#include "peaks.h"

namespace posecast {

constexpr int kKeypoints = 18;
constexpr int kLimbs = 19;
constexpr int kMissing = -1;

struct Limb {
  int a;  // keypoints, 2D order
  int b;
  int paf_x;  // PAF channels
  int paf_y;
};

// In the order in which people are assembled. But for the last two they form a tree: a keypoint is the `b` of one
// limb only, before it is the `a` of any other (the neck, 1, is the root).
constexpr std::array<Limb, kLimbs> kLimbTable = {{
    {1, 2, 12, 13},  {1, 5, 20, 21},   {2, 3, 14, 15},  {3, 4, 16, 17},  {5, 6, 22, 23},
    {6, 7, 24, 25},  {1, 8, 0, 1},     {8, 9, 2, 3},    {9, 10, 4, 5},   {1, 11, 6, 7},
    {11, 12, 8, 9},  {12, 13, 10, 11}, {1, 0, 28, 29},  {0, 14, 30, 31}, {14, 16, 34, 35},
    {0, 15, 32, 33}, {15, 17, 36, 37}, {2, 16, 18, 19}, {5, 17, 26, 27},
}};
// Limbs from here on (shoulder to ear) close cycles: they only fill a missing end.
constexpr int kFirstClosingLimb = 17;

using Peaks = std::array<std::vector<Peak>, kKeypoints>;

// A person being assembled.
struct Candidate {
  std::array<int, kKeypoints> peak;  // index into the keypoint's peaks, or kMissing
  int joints = 0;
  float score = 0.0f;
};

class Grouping {
 public:
  // Keeps a reference to `peaks`.
  explicit Grouping(const Peaks& peaks);

  // Adds the connections of a limb; limbs must come in the order of kLimbTable.
  void add(int limb, const std::vector<Connection>& connections);

  // Adds a limb whose end `keypoint` has peaks and whose other end has none: each unassigned peak becomes a person.
  void add_single_end(int keypoint);

  // The people with enough joints and score.
  std::vector<Candidate> people() const;

 private:
  void extend(const Limb& limb, const Connection& connection);
  void close(const Limb& limb, const Connection& connection);
  int start();
  void give(int person, int keypoint, int peak);
  float peak_score(int keypoint, int peak) const { return peaks_[keypoint][peak].score; }

  const Peaks& peaks_;
  std::vector<Candidate> candidates_;
  // Per keypoint and peak: the person that has it, or kMissing. At most one: see kLimbTable.
  std::array<std::vector<int>, kKeypoints> holder_;
};

}  // namespace posecast
