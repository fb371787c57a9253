// engine._native: checks NumPy arguments, releases the GIL, calls the decoder, and makes arrays of what it returns.
// The only file that depends on Python; it contains no part of the algorithm.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <new>
#include <string>
#include <vector>

#include "extraction.h"

namespace py = pybind11;

namespace {

constexpr char kExtractPeopleDoc[] =
    "People in a frame's maps.\n\n"
    "heatmaps (19, h, w) and pafs (38, h, w), float32, any strides; values that are not finite, or beyond 1e6, count\n"
    "as 0. Returns keypoints (P, 18, 3) float32: x, y in map cells and confidence, NaN, NaN, 0 where missing, in 2D\n"
    "order; and person scores (P,) float32. TypeError and ValueError name the argument that is wrong.";

constexpr char kFindPeaksDoc[] =
    "Peaks of 18 heatmaps upsampled by 4: 18 arrays (N, 3) float32 of x, y in upsampled pixels and score, sorted by\n"
    "x, then y. heatmaps as in extract_people.";

std::string shape_text(const py::array& array) {
  std::string text = "(";
  for (py::ssize_t i = 0; i < array.ndim(); ++i) text += (i ? ", " : "") + std::to_string(array.shape(i));
  return text + (array.ndim() == 1 ? ",)" : ")");
}

// `value` as a float32 array (channels, h, w), contiguous: itself where it already is, a copy otherwise.
py::array checked_maps(const py::object& value, const std::string& name, int channels) {
  const std::string wanted = name + " must be a float32 array of shape (" + std::to_string(channels) + ", h, w)";
  if (!py::isinstance<py::array>(value)) {
    throw py::type_error(wanted + ", got " + py::cast<std::string>(py::type::of(value).attr("__name__")));
  }
  const auto array = py::reinterpret_borrow<py::array>(value);
  if (!py::isinstance<py::array_t<float, 0>>(value)) {
    throw py::type_error(wanted + ", got dtype " + py::cast<std::string>(py::str(array.dtype())));
  }
  if (array.ndim() != 3 || array.shape(0) != channels) {
    throw py::value_error(wanted + ", got shape " + shape_text(array));
  }
  if (array.shape(1) > posecast::kLongestSide || array.shape(2) > posecast::kLongestSide) {
    throw py::value_error(wanted + ", h and w at most " + std::to_string(posecast::kLongestSide) + ", got shape " +
                          shape_text(array));
  }
  auto contiguous = py::array::ensure(array, py::array::c_style | py::detail::npy_api::NPY_ARRAY_ALIGNED_);
  if (!contiguous) throw std::bad_alloc();
  return contiguous;
}

void check_ratio(double ratio) {
  if (ratio >= 0.0 && ratio <= 1.0) return;  // NaN is neither
  const auto text = py::cast<std::string>(py::repr(py::float_(ratio)));
  throw py::value_error("min_paf_ratio must be a number from 0 to 1, got " + text);
}

const float* data(const py::array& array) { return static_cast<const float*>(array.data()); }

// Keypoints (P, 18, 3) and scores (P,).
py::tuple arrays(const std::vector<posecast::Person>& people) {
  const auto count = static_cast<py::ssize_t>(people.size());
  py::array_t<float> keypoints({count, static_cast<py::ssize_t>(posecast::kKeypoints), py::ssize_t{3}});
  py::array_t<float> scores(count);
  auto keypoint = keypoints.mutable_unchecked<3>();
  auto score = scores.mutable_unchecked<1>();
  for (py::ssize_t i = 0; i < count; ++i) {
    for (py::ssize_t j = 0; j < posecast::kKeypoints; ++j) {
      const posecast::Keypoint& found = people[i].keypoints[j];
      keypoint(i, j, 0) = found.x;
      keypoint(i, j, 1) = found.y;
      keypoint(i, j, 2) = found.confidence;
    }
    score(i) = people[i].score;
  }
  return py::make_tuple(keypoints, scores);
}

py::tuple extract_people(const py::object& heatmaps, const py::object& pafs, double min_paf_ratio) {
  const py::array heat = checked_maps(heatmaps, "heatmaps", posecast::kHeatmaps);
  const py::array fields = checked_maps(pafs, "pafs", posecast::kPafs);
  if (heat.shape(1) != fields.shape(1) || heat.shape(2) != fields.shape(2)) {
    throw py::value_error("heatmaps and pafs must have the same h and w, got shapes " + shape_text(heat) + " and " +
                          shape_text(fields));
  }
  check_ratio(min_paf_ratio);
  const int height = static_cast<int>(heat.shape(1));
  const int width = static_cast<int>(heat.shape(2));
  const posecast::Maps maps = {data(heat), data(fields), height, width};
  std::vector<posecast::Person> people;
  {
    py::gil_scoped_release release;
    people = posecast::extract_people(maps, min_paf_ratio);
  }
  return arrays(people);
}

py::list find_peaks(const py::object& heatmaps) {
  const py::array heat = checked_maps(heatmaps, "heatmaps", posecast::kHeatmaps);
  posecast::Peaks peaks;
  {
    py::gil_scoped_release release;
    peaks = posecast::find_peaks(data(heat), static_cast<int>(heat.shape(1)), static_cast<int>(heat.shape(2)));
  }
  py::list result;
  for (const std::vector<posecast::Peak>& of_keypoint : peaks) {
    py::array_t<float> rows({static_cast<py::ssize_t>(of_keypoint.size()), py::ssize_t{3}});
    auto row = rows.mutable_unchecked<2>();
    for (py::ssize_t i = 0; i < rows.shape(0); ++i) {
      row(i, 0) = static_cast<float>(of_keypoint[i].x);
      row(i, 1) = static_cast<float>(of_keypoint[i].y);
      row(i, 2) = of_keypoint[i].score;
    }
    result.append(rows);
  }
  return result;
}

}  // namespace

PYBIND11_MODULE(_native, module, py::mod_gil_not_used()) {
  module.doc() = "The decoder in C++: maps of the network to people in 2D.";
  module.def("extract_people", &extract_people, py::arg("heatmaps"), py::arg("pafs"), py::kw_only(),
             py::arg("min_paf_ratio") = 0.8, kExtractPeopleDoc);
  module.def("find_peaks", &find_peaks, py::arg("heatmaps"), kFindPeaksDoc);
}
