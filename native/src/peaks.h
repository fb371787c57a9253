// Peaks of a heatmap: the candidates for keypoints of people.
//
// A peak is a pixel of the heatmap upsampled by 4 that is at least kPeakThreshold and strictly greater than its four
// neighbours; where equal pixels share the top of a blob there is none, as the reference has it (the values of a
// network are hardly ever equal). Upsampling happens only where a bound on the bicubic sum says that a pixel may reach
// the threshold.

#pragma once

#include <cstddef>
#include <vector>

#include "padded_map.h"

namespace posecast {

constexpr float kPeakThreshold = 0.1f;
// Upsampled pixels; of two peaks nearer than this the left one stays.
constexpr int kPeakDistance = 3;
// Maximum per heatmap; the strongest are kept. Crowds have far fewer, but noise on a large map may have more, and pairs
// of peaks take quadratic time.
constexpr std::size_t kMostPeaks = 1500;

struct Peak {
  int x;  // upsampled pixels
  int y;
  float score;
};

class PeakFinder {
 public:
  // For heatmaps of (height, width) cells, at least one each.
  PeakFinder(int height, int width);

  // The peaks of one heatmap, sorted by x, then y.
  std::vector<Peak> find(const float* heatmap);

 private:
  // Neighbouring cells of one row of cells, first <= x < last, that may hold a peak.
  struct Span {
    int y;
    int first;
    int last;
  };

  void find_spans();
  void append_spans(int y);
  void append_peaks(const Span& span, std::vector<Peak>& peaks) const;
  void clear(const Span& span);
  float* pixel(int x, int y);
  const float* pixel(int x, int y) const;

  PaddedMap map_;
  std::vector<Span> spans_;
  // Scratch rows of width + 2 kPad.
  std::vector<float> most3_, most5_, least5_, bounds_;
  // (4 height + 2, 4 width + 2): the upsampled map within the spans, 0 elsewhere and around.
  std::size_t plane_stride_;
  std::vector<float> plane_;
};

}  // namespace posecast
