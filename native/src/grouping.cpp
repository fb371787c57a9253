#include "grouping.h"

namespace posecast {
namespace {

constexpr int kFewestJoints = 3;
constexpr float kLowestScorePerJoint = 0.2f;

}  // namespace

Grouping::Grouping(const Peaks& peaks) : peaks_(peaks) {
  for (int keypoint = 0; keypoint < kKeypoints; ++keypoint) holder_[keypoint].assign(peaks[keypoint].size(), kMissing);
}

void Grouping::add(int limb, const std::vector<Connection>& connections) {
  for (const Connection& connection : connections) {
    if (limb < kFirstClosingLimb) {
      extend(kLimbTable[limb], connection);
    } else {
      close(kLimbTable[limb], connection);
    }
  }
}

void Grouping::add_single_end(int keypoint) {
  for (int peak = 0; peak < static_cast<int>(peaks_[keypoint].size()); ++peak) {
    if (holder_[keypoint][peak] != kMissing) continue;
    const int person = start();
    give(person, keypoint, peak);
    candidates_[person].joints = 1;
    candidates_[person].score = peak_score(keypoint, peak);
  }
}

std::vector<Candidate> Grouping::people() const {
  std::vector<Candidate> people;
  for (const Candidate& candidate : candidates_) {
    if (candidate.joints < kFewestJoints) continue;
    if (candidate.score / static_cast<float>(candidate.joints) < kLowestScorePerJoint) continue;
    people.push_back(candidate);
  }
  return people;
}

// The person that has joint a gets joint b; if there is none, a new person gets both.
void Grouping::extend(const Limb& limb, const Connection& connection) {
  int person = holder_[limb.a][connection.a];
  const float b_score = peak_score(limb.b, connection.b);
  if (person == kMissing) {
    person = start();
    give(person, limb.a, connection.a);
    candidates_[person].joints = 2;
    candidates_[person].score = peak_score(limb.a, connection.a) + b_score + connection.score;
  } else {
    candidates_[person].joints += 1;
    candidates_[person].score += b_score + connection.score;
  }
  give(person, limb.b, connection.b);
}

// A person that has one end and lacks the other gets it, without a score. Two people may then share a peak.
void Grouping::close(const Limb& limb, const Connection& connection) {
  const int a_person = holder_[limb.a][connection.a];
  const int b_person = holder_[limb.b][connection.b];
  if (a_person != kMissing && candidates_[a_person].peak[limb.b] == kMissing) {
    candidates_[a_person].peak[limb.b] = connection.b;
  }
  if (b_person != kMissing && candidates_[b_person].peak[limb.a] == kMissing) {
    candidates_[b_person].peak[limb.a] = connection.a;
  }
}

int Grouping::start() {
  Candidate candidate;
  candidate.peak.fill(kMissing);
  candidates_.push_back(candidate);
  return static_cast<int>(candidates_.size()) - 1;
}

void Grouping::give(int person, int keypoint, int peak) {
  candidates_[person].peak[keypoint] = peak;
  holder_[keypoint][peak] = person;
}

}  // namespace posecast
