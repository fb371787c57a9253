// Joints of one person that agree best with rays, a prior and bone lengths: a small least-squares problem, solved by
// Gauss-Newton steps.
#pragma once

#include <array>

namespace posecast {

constexpr int kJoints = 19;
constexpr int kPelvis = 2;

struct Bone {
  int from, to;
  double length;  // metres
  double weight;  // 1 / m^2
};

// Of one person. Weights are 1 / m^2; 0 leaves a term out.
struct Evidence {
  const double* prior;         // (19, 3) metres, relative to the pelvis
  const double* prior_weight;  // (19)
  const double* rays;          // (19, 2) x/z and y/z
  const double* ray_weight;    // (19)
  const double* plane;         // (4) a unit normal n and c: the floor under joints is n X = c, metres
  const double* plane_weight;  // (19)
  double depth;                // of the pelvis, metres
  double depth_weight;
  const Bone* bones;
  int bone_count;
};

// Moves `joints`, (19, 3) metres in the camera frame, by `iterations` steps towards the least sum of
//   ray_weight |X_xy - r X_z|^2 and plane_weight (n X - c)^2 (both with a bounded influence),
//   prior_weight |X - X_pelvis - prior|^2,
//   bone.weight (|X_to - X_from| - length)^2, depth_weight (X_pelvis_z - depth)^2.
void relax(const Evidence& evidence, int iterations, double* joints);

}  // namespace posecast
