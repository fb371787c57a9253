// The fuzz target: bytes become maps of any size and values, and the decoder's results must be consistent.
//
// LLVMFuzzerTestOneInput is libFuzzer's entry point; driver.cpp calls it without libFuzzer. The sanitizers find
// out-of-bounds and undefined behaviour, the checks here wrong results.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "extraction.h"

namespace {

using posecast::kHeatmaps;
using posecast::kPafs;
using posecast::kUpsampling;

// Cells along a side. More finds nothing new, and takes the fuzzer's time.
constexpr int kLongest = 20;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "the decoder broke its word: %s\n", what);
  std::abort();
}

// Reads an input from its start, over and over: a short one makes maps of a repeated pattern.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::uint8_t next() {
    if (size_ == 0) return 0;
    return data_[at_++ % size_];
  }

  // Any bits: NaN, infinities, denormal numbers and huge ones among them.
  float bits() {
    std::uint8_t raw[sizeof(float)];
    for (std::uint8_t& byte : raw) byte = next();
    float value;
    std::memcpy(&value, raw, sizeof value);
    return value;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

enum class Fill { kBits, kSmall, kSparse, kSpecial, kCount };

float special(std::uint8_t choice) {
  using limits = std::numeric_limits<float>;
  const float values[] = {limits::quiet_NaN(),
                          limits::infinity(),
                          -limits::infinity(),
                          limits::max(),
                          limits::lowest(),
                          limits::denorm_min(),
                          1e6f,
                          -1e6f,
                          1e6f * 1.01f,
                          posecast::kPeakThreshold,
                          0.0f,
                          -0.0f,
                          1.0f,
                          0.5f,
                          posecast::kSampleThreshold,
                          -1.0f};
  return values[choice % (sizeof values / sizeof *values)];
}

float value(Bytes& bytes, Fill fill) {
  if (fill == Fill::kBits) return bytes.bits();
  const std::uint8_t byte = bytes.next();
  if (fill == Fill::kSpecial) return special(byte);
  if (fill == Fill::kSparse && byte < 230) return 0.0f;
  return static_cast<float>(static_cast<std::int8_t>(byte)) / 64.0f;  // within what a network says
}

std::vector<float> maps_of(Bytes& bytes, Fill fill, int channels, int height, int width) {
  std::vector<float> values(static_cast<std::size_t>(channels) * height * width);
  for (float& cell : values) cell = value(bytes, fill);
  return values;
}

double ratio(std::uint8_t byte) { return byte / 255.0; }

void check(const posecast::Peaks& peaks, int height, int width) {
  for (const std::vector<posecast::Peak>& of_keypoint : peaks) {
    require(of_keypoint.size() <= posecast::kMostPeaks, "more peaks than are allowed");
    for (std::size_t i = 0; i < of_keypoint.size(); ++i) {
      const posecast::Peak& peak = of_keypoint[i];
      require(peak.x >= 0 && peak.x < width * kUpsampling, "a peak beside the map");
      require(peak.y >= 0 && peak.y < height * kUpsampling, "a peak above or below the map");
      require(std::isfinite(peak.score) && peak.score >= posecast::kPeakThreshold, "a peak below the threshold");
      require(i == 0 || of_keypoint[i - 1].x <= peak.x, "peaks out of order");
    }
  }
}

void check(const posecast::Person& person, int height, int width) {
  require(std::isfinite(person.score), "a person's score is no number");
  int found = 0;
  for (const posecast::Keypoint& keypoint : person.keypoints) {
    if (keypoint.confidence == 0.0f) {
      require(std::isnan(keypoint.x) && std::isnan(keypoint.y), "a missing keypoint has a place");
      continue;
    }
    ++found;
    require(std::isfinite(keypoint.confidence), "a confidence is no number");
    require(keypoint.x > 0 && keypoint.x < width && keypoint.y > 0 && keypoint.y < height, "a keypoint off the map");
  }
  require(found > 0, "a person without keypoints");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  const int height = bytes.next() % (kLongest + 1);
  const int width = bytes.next() % (kLongest + 1);
  const double min_ratio = ratio(bytes.next());
  const auto heat_fill = static_cast<Fill>(bytes.next() % static_cast<int>(Fill::kCount));
  const auto paf_fill = static_cast<Fill>(bytes.next() % static_cast<int>(Fill::kCount));
  const std::vector<float> heatmaps = maps_of(bytes, heat_fill, kHeatmaps, height, width);
  const std::vector<float> pafs = maps_of(bytes, paf_fill, kPafs, height, width);
  check(posecast::find_peaks(heatmaps.data(), height, width), height, width);
  const posecast::Maps maps = {heatmaps.data(), pafs.data(), height, width};
  for (const posecast::Person& person : posecast::extract_people(maps, min_ratio)) check(person, height, width);
  return 0;
}
