// People as shaded limbs, joints and heads: three instanced meshes and their shadows for any number of people.

import {
  CylinderGeometry,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedMesh,
  MeshBasicMaterial,
  MeshPhongMaterial,
  NotEqualStencilFunc,
  ReplaceStencilOp,
  SphereGeometry,
} from "../../vendor/vendor.js";
import { EARS, FACE, isRight, JOINT_COUNT, JOINT_RADIUS, LIMBS, NOSE, PELVIS } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline.js";

const HEAD_RADIUS = 0.098;
/** Joints that are estimated without being detected are drawn this much thinner. */
const ESTIMATED_SCALE = 0.45;
/** Confidence from which a joint is drawn at its full size. */
const FULL_SIZE_CONFIDENCE = 0.25;
const HIGHLIGHT = 1.7;

export function createPeople(colours) {
  const material = new MeshPhongMaterial({ shininess: 28, specular: 0x2a2a2a });
  const shadowMaterial = new MeshBasicMaterial({
    color: 0x000000,
    transparent: true,
    opacity: 0.22,
    depthWrite: false,
    stencilWrite: true,
    stencilRef: 1,
    stencilFunc: NotEqualStencilFunc,
    stencilZPass: ReplaceStencilOp,
  });
  const limbs = instanced(new CylinderGeometry(0.8, 1, 1, 10, 1, true), material, MAX_PEOPLE * LIMBS.length);
  const joints = instanced(new SphereGeometry(1, 12, 8), material, MAX_PEOPLE * JOINT_COUNT);
  const heads = instanced(new SphereGeometry(1, 18, 12), material, MAX_PEOPLE);
  const solid = [limbs, joints, heads];
  const shadows = [limbs, heads].map((mesh) => shadowOf(mesh, shadowMaterial));
  const painted = new Int32Array(MAX_PEOPLE).fill(-1);
  const thickness = new Float32Array(JOINT_COUNT);
  let version = -1;
  let showFace = true;
  let onlySeen = false;

  function paint(slot, colour) {
    painted[slot] = colour;
    LIMBS.forEach(({ to }, i) =>
      limbs.instanceColor.array.set(colours.of(colour, isRight(to)), 3 * (slot * LIMBS.length + i)),
    );
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      joints.instanceColor.array.set(colours.of(colour, isRight(joint)), 3 * (slot * JOINT_COUNT + joint));
    }
    heads.instanceColor.array.set(colours.of(colour), 3 * slot);
    for (const mesh of solid) mesh.instanceColor.needsUpdate = true;
  }

  function measure(slot, confidence) {
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const hidden = !showFace && FACE.has(joint);
      const seen = joint === PELVIS ? 1 : Math.min(confidence[slot * JOINT_COUNT + joint] / FULL_SIZE_CONFIDENCE, 1);
      const least = onlySeen ? 0 : ESTIMATED_SCALE;
      thickness[joint] = hidden ? 0 : least + (1 - least) * seen;
    }
  }

  function placePerson(slot, points, highlight) {
    const base = slot * JOINT_COUNT;
    for (let i = 0; i < LIMBS.length; i++) {
      const { from, to, radius } = LIMBS[i];
      const size = Math.min(thickness[from], thickness[to]);
      placeLimb(
        limbs.instanceMatrix.array,
        16 * (slot * LIMBS.length + i),
        points,
        3 * (base + from),
        3 * (base + to),
        radius * size,
        size > 0,
      );
    }
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const size = JOINT_RADIUS[joint] * thickness[joint] * (joint === highlight ? HIGHLIGHT : 1);
      placeBall(joints.instanceMatrix.array, 16 * (base + joint), points, 3 * (base + joint), size);
    }
    placeHead(slot, points, base);
  }

  function placeHead(slot, points, base) {
    const [left, right] = EARS;
    const at = 16 * slot;
    const matrix = heads.instanceMatrix.array;
    const size = HEAD_RADIUS * Math.min(1, thickness[NOSE] + thickness[left] + thickness[right]);
    placeBall(matrix, at, points, 3 * (base + NOSE), size);
    for (let k = 0; k < 3; k++) {
      matrix[at + 12 + k] =
        0.42 * (points[3 * (base + left) + k] + points[3 * (base + right) + k]) + 0.16 * points[3 * (base + NOSE) + k];
    }
    matrix[at + 5] *= 1.18;
  }

  return {
    objects: [...shadows, ...solid],

    /** `points`: the moment's joints in display space; `hovered`: {slot, joint}, -1 where none. */
    update(moment, points, hovered) {
      if (version !== colours.version) painted.fill(-1);
      version = colours.version;
      for (let slot = 0; slot < moment.count; slot++) {
        if (painted[slot] !== moment.colours[slot]) paint(slot, moment.colours[slot]);
        measure(slot, moment.confidence);
        placePerson(slot, points, hovered.slot === slot ? hovered.joint : -1);
      }
      limbs.count = shadows[0].count = moment.count * LIMBS.length;
      joints.count = moment.count * JOINT_COUNT;
      heads.count = shadows[1].count = moment.count;
      for (const mesh of solid) mesh.instanceMatrix.needsUpdate = true;
    },

    show({ limbs: withLimbs, face, seen, shadow }) {
      limbs.visible = withLimbs;
      heads.visible = face && withLimbs;
      showFace = face;
      onlySeen = seen;
      shadows[0].visible = shadow && limbs.visible;
      shadows[1].visible = shadow && heads.visible;
    },

    dispose() {
      for (const mesh of solid) mesh.geometry.dispose();
      for (const mesh of [...solid, ...shadows]) mesh.dispose();
      material.dispose();
      shadowMaterial.dispose();
    },
  };
}

function instanced(geometry, material, capacity) {
  const mesh = new InstancedMesh(geometry, material, capacity);
  mesh.instanceMatrix.setUsage(DynamicDrawUsage);
  mesh.instanceColor = new InstancedBufferAttribute(new Float32Array(3 * capacity), 3);
  mesh.frustumCulled = false;
  mesh.count = 0;
  return mesh;
}

/** The same instances flattened onto the floor; the stencil prevents overlapping parts from darkening twice. */
function shadowOf(mesh, material) {
  const shadow = new InstancedMesh(mesh.geometry, material, 0);
  shadow.instanceMatrix = mesh.instanceMatrix;
  shadow.frustumCulled = false;
  shadow.scale.y = 0.0005;
  shadow.position.y = 0.002;
  shadow.renderOrder = 1;
  return shadow;
}

/** Column-major 4x4: the y axis spans the limb, x and z are its radius. */
function placeLimb(matrix, at, points, from, to, radius, visible) {
  const dx = points[to] - points[from];
  const dy = points[to + 1] - points[from + 1];
  const dz = points[to + 2] - points[from + 2];
  const length = Math.hypot(dx, dy, dz);
  if (!visible || !(length > 1e-6)) return matrix.fill(0, at, at + 16);
  const ux = dx / length;
  const uy = dy / length;
  const uz = dz / length;
  // Any perpendicular direction: the cross product with an axis that is not parallel to the limb.
  let ax = 0;
  let ay = uz;
  let az = -uy;
  if (Math.abs(ux) > 0.9) {
    ax = -uz;
    ay = 0;
    az = ux;
  }
  const scale = radius / Math.hypot(ax, ay, az);
  ax *= scale;
  ay *= scale;
  az *= scale;
  matrix[at] = ax;
  matrix[at + 1] = ay;
  matrix[at + 2] = az;
  matrix[at + 3] = 0;
  matrix[at + 4] = dx;
  matrix[at + 5] = dy;
  matrix[at + 6] = dz;
  matrix[at + 7] = 0;
  matrix[at + 8] = ay * uz - az * uy;
  matrix[at + 9] = az * ux - ax * uz;
  matrix[at + 10] = ax * uy - ay * ux;
  matrix[at + 11] = 0;
  matrix[at + 12] = points[from] + dx / 2;
  matrix[at + 13] = points[from + 1] + dy / 2;
  matrix[at + 14] = points[from + 2] + dz / 2;
  matrix[at + 15] = 1;
  return matrix;
}

function placeBall(matrix, at, points, point, radius) {
  matrix.fill(0, at, at + 16);
  matrix[at] = matrix[at + 5] = matrix[at + 10] = radius;
  for (let k = 0; k < 3; k++) matrix[at + 12 + k] = points[point + k];
  matrix[at + 15] = 1;
}
