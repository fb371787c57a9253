// engine._native: checks NumPy arguments, releases the GIL, calls the core, and makes arrays of what it returns.
// The only file that depends on Python; it contains no part of the algorithms.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "dense.h"
#include "extraction.h"
#include "relaxation.h"

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

constexpr char kDenseDoc[] =
    "A layer of a small network: rows (P, inputs) times weight plus bias, float32; values below 0 become 0 where\n"
    "rectified. weight (tiles, inputs, 32) and bias (tiles, 32) hold 32 outputs a tile. Returns (P, 32 * tiles) "
    "float32.\n"
    "ValueError where shapes do not fit.";

constexpr char kRelaxDoc[] =
    "Joints (P, 19, 3) moved by `iterations` Gauss-Newton steps towards the least squares of rays (P, 19, 2), of a\n"
    "prior (P, 19, 3) relative to the pelvis, of bone lengths (P, B), of a floor, n X = c as plane (P, 4), and of the\n"
    "pelvis's depth (P,); metres, camera frame. Weights are 1 / m^2: (P, 19) of the prior, the rays and the floor,\n"
    "(B,) of the bones, (P,) of the depth. bones (B, 2) are pairs of joints. All float64 and finite. ValueError where "
    "shapes do not fit.";

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

using Matrix = py::array_t<float, py::array::c_style | py::array::forcecast>;

py::array_t<float> dense(const Matrix& rows, const Matrix& weight, const Matrix& bias, bool rectified) {
  if (rows.ndim() != 2 || weight.ndim() != 3 || bias.ndim() != 2 || rows.shape(1) != weight.shape(1) ||
      weight.shape(0) != bias.shape(0) || weight.shape(2) != posecast::kTile || bias.shape(1) != posecast::kTile) {
    throw py::value_error("rows (P, inputs), weight (tiles, inputs, 32) and bias (tiles, 32) must fit, got shapes " +
                          shape_text(rows) + ", " + shape_text(weight) + ", " + shape_text(bias));
  }
  const posecast::Dense layer = {weight.data(), bias.data(), static_cast<int>(weight.shape(1)),
                                 static_cast<int>(weight.shape(0)), rectified};
  py::array_t<float> out({rows.shape(0), weight.shape(0) * posecast::kTile});
  const int count = static_cast<int>(rows.shape(0));
  float* target = out.mutable_data();
  {
    py::gil_scoped_release release;
    posecast::apply(layer, rows.data(), count, target);
  }
  return out;
}

using Doubles = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Indices = py::array_t<int, py::array::c_style | py::array::forcecast>;

void check_shape(const Doubles& array, const std::string& name, const std::vector<py::ssize_t>& wanted) {
  if (std::vector<py::ssize_t>(array.shape(), array.shape() + array.ndim()) == wanted) return;
  throw py::value_error(name + " does not fit, got shape " + shape_text(array));
}

py::array_t<double> relax(const Doubles& joints, const Doubles& prior, const Doubles& prior_weight, const Doubles& rays,
                          const Doubles& ray_weight, const Indices& bones, const Doubles& lengths,
                          const Doubles& bone_weight, const Doubles& plane, const Doubles& plane_weight,
                          const Doubles& depth, const Doubles& depth_weight, int iterations) {
  const py::ssize_t joint_count = posecast::kJoints, people = depth.size(), bone_count = bone_weight.size();
  check_shape(joints, "joints", {people, joint_count, 3});
  check_shape(prior, "prior", {people, joint_count, 3});
  check_shape(prior_weight, "prior_weight", {people, joint_count});
  check_shape(rays, "rays", {people, joint_count, 2});
  check_shape(ray_weight, "ray_weight", {people, joint_count});
  check_shape(lengths, "lengths", {people, bone_count});
  check_shape(plane, "plane", {people, 4});
  check_shape(plane_weight, "plane_weight", {people, joint_count});
  check_shape(depth_weight, "depth_weight", {people});
  if (bones.ndim() != 2 || bones.shape(0) != bone_count || bones.shape(1) != 2) {
    throw py::value_error("bones does not fit, got shape " + shape_text(bones));
  }
  for (py::ssize_t i = 0; i < bones.size(); ++i) {
    if (bones.data()[i] < 0 || bones.data()[i] >= joint_count) throw py::value_error("bones must be pairs of joints");
  }
  py::array_t<double> moved({people, joint_count, py::ssize_t{3}});
  std::copy(joints.data(), joints.data() + joints.size(), moved.mutable_data());
  double* const target = moved.mutable_data();
  {
    py::gil_scoped_release release;
    std::vector<posecast::Bone> of_person(static_cast<size_t>(bone_count));
    for (py::ssize_t p = 0; p < people; ++p) {
      for (py::ssize_t i = 0; i < bone_count; ++i) {
        of_person[i] = {bones.data()[2 * i], bones.data()[2 * i + 1], lengths.data()[p * bone_count + i],
                        bone_weight.data()[i]};
      }
      const py::ssize_t at = p * joint_count;
      const posecast::Evidence evidence = {
          prior.data() + 3 * at, prior_weight.data() + at,    rays.data() + 2 * at, ray_weight.data() + at,
          plane.data() + 4 * p,  plane_weight.data() + at,    depth.data()[p],      depth_weight.data()[p],
          of_person.data(),      static_cast<int>(bone_count)};
      posecast::relax(evidence, iterations, target + 3 * at);
    }
  }
  return moved;
}

}  // namespace

PYBIND11_MODULE(_native, module, py::mod_gil_not_used()) {
  module.doc() =
      "The inner loops in C++: maps of the network to people in 2D, layers of the lifter, the fit of bodies.";
  module.def("dense", &dense, py::arg("rows"), py::arg("weight"), py::arg("bias"), py::arg("rectified"), kDenseDoc);
  module.def("extract_people", &extract_people, py::arg("heatmaps"), py::arg("pafs"), py::kw_only(),
             py::arg("min_paf_ratio") = 0.8, kExtractPeopleDoc);
  module.def("relax", &relax, py::arg("joints"), py::arg("prior"), py::arg("prior_weight"), py::arg("rays"),
             py::arg("ray_weight"), py::arg("bones"), py::arg("lengths"), py::arg("bone_weight"), py::arg("plane"),
             py::arg("plane_weight"), py::arg("depth"), py::arg("depth_weight"), py::arg("iterations"), kRelaxDoc);
  module.def("find_peaks", &find_peaks, py::arg("heatmaps"), kFindPeaksDoc);
}
