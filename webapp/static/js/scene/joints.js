// Joints as balls: all of them where bodies are switched off, else only the one that is pointed at, through the body.

import {
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedMesh,
  MeshPhongMaterial,
  SphereGeometry,
} from "../../vendor/vendor.js";
import { FACE, isRight, JOINT_COUNT, JOINT_RADIUS } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline/moment.js";

/** Joints that are estimated without being detected are drawn this much smaller. */
const ESTIMATED_SCALE = 0.45;
const POINTED_AT_SCALE = 1.4;

export function createJoints(colours) {
  const material = new MeshPhongMaterial({ shininess: 28, specular: 0x2a2a2a });
  const mesh = new InstancedMesh(new SphereGeometry(1, 12, 8), material, MAX_PEOPLE * JOINT_COUNT + 1);
  mesh.instanceMatrix.setUsage(DynamicDrawUsage);
  mesh.instanceColor = new InstancedBufferAttribute(new Float32Array(3 * (MAX_PEOPLE * JOINT_COUNT + 1)), 3);
  mesh.frustumCulled = false;
  mesh.renderOrder = 1;
  mesh.count = 0;
  let alone = false;
  let face = true;
  let least = ESTIMATED_SCALE;

  function add(moment, points, slot, joint, size) {
    const matrix = mesh.instanceMatrix.array;
    const at = 16 * mesh.count;
    const from = 3 * (slot * JOINT_COUNT + joint);
    matrix.fill(0, at, at + 16);
    matrix[at] = matrix[at + 5] = matrix[at + 10] = size * JOINT_RADIUS[joint];
    for (let k = 0; k < 3; k++) matrix[at + 12 + k] = points[from + k];
    matrix[at + 15] = 1;
    mesh.instanceColor.array.set(colours.of(moment.colours[slot], isRight(joint)), 3 * mesh.count);
    mesh.count += 1;
  }

  return {
    mesh,

    /** `seen`: how well each joint is seen, 0 to 1; `hovered`: {slot, joint}, -1 where none. */
    update(moment, points, seen, hovered) {
      mesh.count = 0;
      for (let slot = 0; alone && slot < moment.count; slot++) {
        for (let joint = 0; joint < JOINT_COUNT; joint++) {
          if (!face && FACE.has(joint)) continue;
          add(moment, points, slot, joint, least + (1 - least) * seen[slot * JOINT_COUNT + joint]);
        }
      }
      if (hovered.slot >= 0) add(moment, points, hovered.slot, hovered.joint, POINTED_AT_SCALE);
      mesh.visible = mesh.count > 0;
      mesh.instanceMatrix.needsUpdate = mesh.instanceColor.needsUpdate = mesh.visible;
    },

    show({ limbs, face: withFace, seen }) {
      alone = !limbs;
      face = withFace;
      least = seen ? 0 : ESTIMATED_SCALE;
      material.depthTest = alone;
    },

    dispose() {
      mesh.geometry.dispose();
      material.dispose();
      mesh.dispose();
    },
  };
}
