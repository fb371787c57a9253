#include "extraction.h"

#include <cstddef>
#include <limits>

#include "connections.h"
#include "paf.h"

namespace posecast {
namespace {

constexpr Keypoint kMissingKeypoint = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::quiet_NaN(),
                                       0.0f};

// From the centre of an upsampled pixel to map cells.
float cells(int upsampled) { return (static_cast<float>(upsampled) + 0.5f) / kUpsampling; }

Person person_of(const Candidate& candidate, const Peaks& peaks) {
  Person person;
  for (int i = 0; i < kKeypoints; ++i) {
    person.keypoints[i] = kMissingKeypoint;
    if (candidate.peak[i] == kMissing) continue;
    const Peak& peak = peaks[i][candidate.peak[i]];
    person.keypoints[i] = {cells(peak.x), cells(peak.y), peak.score};
  }
  person.score = candidate.score * static_cast<float>(candidate.joints - 1);
  return person;
}

}  // namespace

Peaks find_peaks(const float* heatmaps, int height, int width) {
  Peaks peaks;
  if (height == 0 || width == 0) return peaks;
  const std::size_t cells_per_map = static_cast<std::size_t>(height) * width;
  PeakFinder finder(height, width);
  for (int i = 0; i < kKeypoints; ++i) peaks[i] = finder.find(heatmaps + i * cells_per_map);
  return peaks;
}

std::vector<Person> extract_people(const Maps& maps, double min_paf_ratio) {
  if (maps.height == 0 || maps.width == 0) return {};
  const Peaks peaks = find_peaks(maps.heatmaps, maps.height, maps.width);
  const std::size_t cells_per_map = static_cast<std::size_t>(maps.height) * maps.width;
  const int required = samples_required(min_paf_ratio);
  Paf paf(maps.height, maps.width);
  Grouping grouping(peaks);
  for (int i = 0; i < kLimbs; ++i) {
    const Limb& limb = kLimbTable[i];
    const std::vector<Peak>& a = peaks[limb.a];
    const std::vector<Peak>& b = peaks[limb.b];
    if (!a.empty() && !b.empty()) {
      const float* x = maps.pafs + limb.paf_x * cells_per_map;
      const float* y = maps.pafs + limb.paf_y * cells_per_map;
      paf.load(x, y, a.size() * b.size() * kSamples);
      grouping.add(i, connect(a, b, paf, required));
    } else if (a.empty() != b.empty()) {
      grouping.add_single_end(a.empty() ? limb.b : limb.a);
    }
  }
  std::vector<Person> people;
  for (const Candidate& candidate : grouping.people()) people.push_back(person_of(candidate, peaks));
  return people;
}

}  // namespace posecast
