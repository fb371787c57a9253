// People: a shaded figure each, soft shadows under them, and their joints as balls where bodies are switched off.

import {
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedMesh,
  MeshPhongMaterial,
  SphereGeometry,
} from "../../vendor/vendor.js";
import { FACE, isRight, JOINT_COUNT, JOINT_RADIUS, PELVIS } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline.js";
import { PERSON_FLOATS, poseBones } from "./mannequin/rig.js";
import { createMannequins } from "./mannequins.js";
import { createShadows } from "./shadows.js";

/** Joints that are estimated without being detected are drawn this much smaller, parts of bodies this much fainter. */
const ESTIMATED_SCALE = 0.45;
/** Confidence from which a joint counts as seen altogether. */
const FULL_CONFIDENCE = 0.25;
/** Parts of bodies that are seen less are left out where only what was detected is shown. */
const SEEN_AT_LEAST = 0.5;
const HIGHLIGHT = 1.35;
const SHADOW = { dark: 0.5, light: 0.3 };

export function createPeople(colours) {
  const rows = new Float32Array(PERSON_FLOATS * MAX_PEOPLE);
  const bodies = createMannequins(MAX_PEOPLE, rows);
  const shadows = createShadows(MAX_PEOPLE);
  const joints = createBalls();
  const painted = new Int32Array(MAX_PEOPLE).fill(-1);
  const seen = new Float32Array(MAX_PEOPLE * JOINT_COUNT);
  let version = -1;
  let showFace = true;
  let onlySeen = false;
  let withBodies = true;

  function paint(slot, colour) {
    painted[slot] = colour;
    bodies.paint(slot, colours.of(colour), colours.of(colour, true));
    for (let joint = 0; joint < JOINT_COUNT; joint++)
      joints.instanceColor.array.set(colours.of(colour, isRight(joint)), 3 * (slot * JOINT_COUNT + joint));
    joints.instanceColor.needsUpdate = true;
  }

  function measure(slot, confidence) {
    for (let joint = 0; joint < JOINT_COUNT; joint++) {
      const at = slot * JOINT_COUNT + joint;
      seen[at] = joint === PELVIS ? 1 : Math.min(confidence[at] / FULL_CONFIDENCE, 1);
    }
  }

  /** Bodies hide joints: then only the one that is pointed at is shown. */
  function ballSize(slot, joint, highlight) {
    if (joint !== highlight && (withBodies || (!showFace && FACE.has(joint)))) return 0;
    const least = onlySeen ? 0 : ESTIMATED_SCALE;
    const size = JOINT_RADIUS[joint] * (least + (1 - least) * seen[slot * JOINT_COUNT + joint]);
    return joint === highlight ? HIGHLIGHT * Math.max(size, JOINT_RADIUS[joint]) : size;
  }

  function placePerson(slot, points, highlight) {
    const base = slot * JOINT_COUNT;
    if (!poseBones(points, 3 * base, seen, base, rows, PERSON_FLOATS * slot))
      rows.fill(0, PERSON_FLOATS * slot, PERSON_FLOATS * (slot + 1));
    for (let joint = 0; joint < JOINT_COUNT; joint++)
      placeBall(
        joints.instanceMatrix.array,
        16 * (base + joint),
        points,
        3 * (base + joint),
        ballSize(slot, joint, highlight),
      );
  }

  return {
    objects: [shadows.mesh, bodies.object, joints],

    /** `points`: the moment's joints in display space; `hovered`: {slot, joint}, -1 where none. */
    update(moment, points, hovered) {
      if (version !== colours.version) painted.fill(-1);
      version = colours.version;
      for (let slot = 0; slot < moment.count; slot++) {
        if (painted[slot] !== moment.colours[slot]) paint(slot, moment.colours[slot]);
        measure(slot, moment.confidence);
        placePerson(slot, points, hovered.slot === slot ? hovered.joint : -1);
      }
      bodies.update(moment.count);
      shadows.update(moment, points);
      joints.count = moment.count * JOINT_COUNT;
      joints.instanceMatrix.needsUpdate = true;
    },

    setTheme(theme, backdrop) {
      bodies.setTheme(theme, backdrop);
      shadows.setOpacity(SHADOW[theme]);
    },

    show({ limbs, face, seen: detectedOnly, shadow }) {
      withBodies = bodies.object.visible = limbs;
      showFace = face;
      onlySeen = detectedOnly;
      bodies.hideBelow(onlySeen ? SEEN_AT_LEAST : -1);
      shadows.mesh.visible = shadow;
    },

    dispose() {
      bodies.dispose();
      shadows.dispose();
      joints.geometry.dispose();
      joints.material.dispose();
      joints.dispose();
    },
  };
}

/** Balls for all joints of all people; they show through bodies. */
function createBalls() {
  const material = new MeshPhongMaterial({ shininess: 28, specular: 0x2a2a2a, depthTest: true });
  const mesh = new InstancedMesh(new SphereGeometry(1, 12, 8), material, MAX_PEOPLE * JOINT_COUNT);
  mesh.instanceMatrix.setUsage(DynamicDrawUsage);
  mesh.instanceColor = new InstancedBufferAttribute(new Float32Array(3 * MAX_PEOPLE * JOINT_COUNT), 3);
  mesh.frustumCulled = false;
  mesh.count = 0;
  return mesh;
}

function placeBall(matrix, at, points, point, radius) {
  matrix.fill(0, at, at + 16);
  matrix[at] = matrix[at + 5] = matrix[at + 10] = radius;
  for (let k = 0; k < 3; k++) matrix[at + 12 + k] = points[point + k];
  matrix[at + 15] = 1;
}
