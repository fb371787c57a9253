#include "relaxation.h"

#include <cmath>

namespace posecast {

namespace {

constexpr int kUnknowns = 3 * kJoints;
constexpr double kDamping = 1e-3;   // 1 / m^2: joints that nothing holds stay where they are
constexpr double kOutlier2 = 9.0;   // squared deviations, in units of the weight, at which rays and floor count by half
constexpr double kShortest = 1e-6;  // metres: a shorter bone has no direction

// The unknowns are ordered from the ends of the limbs to the pelvis, with which the prior ties every joint: so the
// factorisation fills in little, and zeros are skipped. kPlace[joint] is the joint's place in this order.
constexpr int kPlace[kJoints] = {17, 12, 18, 15, 6, 0, 13, 7, 1, 16, 8, 2, 14, 9, 3, 10, 4, 11, 5};

struct System {
  double A[kUnknowns][kUnknowns];  // the lower triangle
  double g[kUnknowns];
};

int first_of(int joint) { return 3 * kPlace[joint]; }

double& entry(System& system, int i, int j) { return i >= j ? system.A[i][j] : system.A[j][i]; }

// weight |sum of rows' coefficients * unknowns - rest|^2 for a difference of two joints: H on the diagonal blocks, -H
// off.
void add_difference(System& system, int a, int b, const double H[3][3], const double gradient[3]) {
  const int at_a = first_of(a), at_b = first_of(b);
  for (int i = 0; i < 3; ++i) {
    system.g[at_a + i] -= gradient[i];
    system.g[at_b + i] += gradient[i];
    for (int j = 0; j <= i; ++j) {
      system.A[at_a + i][at_a + j] += H[i][j];
      system.A[at_b + i][at_b + j] += H[i][j];
    }
    for (int j = 0; j < 3; ++j) entry(system, at_a + i, at_b + j) -= H[i][j];
  }
}

void add_ray(System& system, int joint, const double* x, const double* ray, double weight) {
  const double e[2] = {x[0] - ray[0] * x[2], x[1] - ray[1] * x[2]};
  const double w = weight / (1.0 + (e[0] * e[0] + e[1] * e[1]) * weight / kOutlier2);
  double (&A)[kUnknowns][kUnknowns] = system.A;
  const int k = first_of(joint);
  A[k][k] += w;
  A[k + 1][k + 1] += w;
  A[k + 2][k] -= w * ray[0];
  A[k + 2][k + 1] -= w * ray[1];
  A[k + 2][k + 2] += w * (ray[0] * ray[0] + ray[1] * ray[1]);
  system.g[k] += w * e[0];
  system.g[k + 1] += w * e[1];
  system.g[k + 2] -= w * (ray[0] * e[0] + ray[1] * e[1]);
}

void add_plane(System& system, int joint, const double* x, const double* plane, double weight) {
  const double e = plane[0] * x[0] + plane[1] * x[1] + plane[2] * x[2] - plane[3];
  const double w = weight / (1.0 + e * e * weight / kOutlier2);
  const int k = first_of(joint);
  for (int i = 0; i < 3; ++i) {
    system.g[k + i] += w * e * plane[i];
    for (int j = 0; j <= i; ++j) system.A[k + i][k + j] += w * plane[i] * plane[j];
  }
}

void add_prior(System& system, int joint, const double* joints, const double* prior, double weight) {
  double H[3][3] = {}, gradient[3];
  for (int i = 0; i < 3; ++i) {
    H[i][i] = weight;
    gradient[i] = weight * (joints[3 * joint + i] - joints[3 * kPelvis + i] - prior[3 * joint + i]);
  }
  add_difference(system, kPelvis, joint, H, gradient);
}

void add_bone(System& system, const Bone& bone, const double* joints) {
  double u[3], length2 = 0.0;
  for (int i = 0; i < 3; ++i) {
    u[i] = joints[3 * bone.to + i] - joints[3 * bone.from + i];
    length2 += u[i] * u[i];
  }
  const double length = std::sqrt(length2);
  if (length < kShortest) return;
  double H[3][3], gradient[3];
  for (double& value : u) value /= length;
  for (int i = 0; i < 3; ++i) {
    gradient[i] = bone.weight * (length - bone.length) * u[i];
    for (int j = 0; j < 3; ++j) H[i][j] = bone.weight * u[i] * u[j];
  }
  add_difference(system, bone.from, bone.to, H, gradient);
}

void assemble(System& system, const Evidence& evidence, const double* joints) {
  system = {};
  for (int i = 0; i < kUnknowns; ++i) system.A[i][i] = kDamping;
  for (int joint = 0; joint < kJoints; ++joint) {
    if (evidence.ray_weight[joint] > 0.0) {
      add_ray(system, joint, joints + 3 * joint, evidence.rays + 2 * joint, evidence.ray_weight[joint]);
    }
    if (evidence.plane_weight[joint] > 0.0) {
      add_plane(system, joint, joints + 3 * joint, evidence.plane, evidence.plane_weight[joint]);
    }
    if (joint != kPelvis) add_prior(system, joint, joints, evidence.prior, evidence.prior_weight[joint]);
  }
  for (int i = 0; i < evidence.bone_count; ++i) add_bone(system, evidence.bones[i], joints);
  const int depth = first_of(kPelvis) + 2;
  system.A[depth][depth] += evidence.depth_weight;
  system.g[depth] += evidence.depth_weight * (joints[3 * kPelvis + 2] - evidence.depth);
}

// A becomes its Cholesky factor. It is positive definite: the damping sees to that.
void factorise(double (&A)[kUnknowns][kUnknowns]) {
  double column[kUnknowns];
  for (int k = 0; k < kUnknowns; ++k) {
    const double pivot = std::sqrt(A[k][k]);
    A[k][k] = pivot;
    for (int i = k + 1; i < kUnknowns; ++i) {
      if (A[i][k] != 0.0) A[i][k] /= pivot;
      column[i] = A[i][k];
    }
    for (int i = k + 1; i < kUnknowns; ++i) {
      const double factor = column[i];
      if (factor == 0.0) continue;
      for (int j = k + 1; j <= i; ++j) A[i][j] -= factor * column[j];
    }
  }
}

// g becomes A^-1 g.
void solve(System& system) {
  double (&A)[kUnknowns][kUnknowns] = system.A;
  double (&g)[kUnknowns] = system.g;
  factorise(A);
  for (int i = 0; i < kUnknowns; ++i) {
    for (int k = 0; k < i; ++k) g[i] -= A[i][k] * g[k];
    g[i] /= A[i][i];
  }
  for (int i = kUnknowns - 1; i >= 0; --i) {
    g[i] /= A[i][i];
    for (int k = 0; k < i; ++k) g[k] -= A[i][k] * g[i];
  }
}

}  // namespace

void relax(const Evidence& evidence, int iterations, double* joints) {
  System system;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    assemble(system, evidence, joints);
    solve(system);
    for (int joint = 0; joint < kJoints; ++joint) {
      for (int i = 0; i < 3; ++i) joints[3 * joint + i] -= system.g[first_of(joint) + i];
    }
  }
}

}  // namespace posecast
