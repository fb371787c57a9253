// Soft contact shadows: a faint capsule on the floor under each part of the body, darker and sharper the nearer the
// part is to the floor. One instanced mesh for everybody.

import {
  BufferAttribute,
  DoubleSide,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  ShaderMaterial,
} from "../../vendor/vendor.js";
import { JOINT, JOINT_COUNT } from "../skeleton.js";
import { BLENDED, ORDER } from "./blended.js";

/** From joint, to joint, radius in metres. */
const PARTS = [
  ["neck", "pelvis", 0.15],
  ["left_hip", "left_knee", 0.085],
  ["right_hip", "right_knee", 0.085],
  ["left_knee", "left_ankle", 0.06],
  ["right_knee", "right_ankle", 0.06],
  ["left_ankle", "left_ankle", 0.075],
  ["right_ankle", "right_ankle", 0.075],
  ["left_shoulder", "left_elbow", 0.05],
  ["right_shoulder", "right_elbow", 0.05],
  ["left_elbow", "left_wrist", 0.045],
  ["right_elbow", "right_wrist", 0.045],
  ["left_ear", "right_ear", 0.1],
].map(([from, to, radius]) => ({ from: JOINT[from], to: JOINT[to], radius }));
const ABOVE_FLOOR_M = 0.004;

const VERTEX = `
  attribute vec3 shadowStart, shadowEnd;
  attribute float radius;
  varying vec2 vPlace, vStart, vEnd;
  varying float vReach, vStrength;
  void main() {
    float height = max(0.5 * (shadowStart.y + shadowEnd.y), 0.0);
    vReach = radius + 0.03 + 0.3 * height;
    vStrength = 1.0 / (1.0 + 9.0 * height * height) * min(1.0, radius / 0.06);
    vec2 along = shadowEnd.xz - shadowStart.xz;
    float size = length(along);
    vec2 forward = size > 1e-4 ? along / size : vec2(1.0, 0.0);
    vec2 aside = vec2(-forward.y, forward.x);
    float run = mix(-vReach, size + vReach, position.x);
    vPlace = shadowStart.xz + run * forward + position.y * vReach * aside;
    vStart = shadowStart.xz;
    vEnd = shadowEnd.xz;
    gl_Position = projectionMatrix * viewMatrix * vec4(vPlace.x, ${ABOVE_FLOOR_M}, vPlace.y, 1.0);
  }`;

const FRAGMENT = `
  uniform float opacity;
  varying vec2 vPlace, vStart, vEnd;
  varying float vReach, vStrength;
  void main() {
    vec2 along = vEnd - vStart, off = vPlace - vStart;
    float share = clamp(dot(off, along) / max(dot(along, along), 1e-8), 0.0, 1.0);
    float near = max(1.0 - length(off - share * along) / vReach, 0.0);
    gl_FragColor = vec4(0.0, 0.0, 0.0, opacity * vStrength * near * near * (3.0 - 2.0 * near));
  }`;

export function createShadows(capacity) {
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(Float32Array.of(0, -1, 0, 1, -1, 0, 1, 1, 0, 0, 1, 0), 3));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  const starts = dynamic(3 * PARTS.length * capacity);
  const ends = dynamic(3 * PARTS.length * capacity);
  const radii = Float32Array.from({ length: PARTS.length * capacity }, (_, i) => PARTS[i % PARTS.length].radius);
  geometry.setAttribute("shadowStart", starts);
  geometry.setAttribute("shadowEnd", ends);
  geometry.setAttribute("radius", new InstancedBufferAttribute(radii, 1));
  geometry.instanceCount = 0;
  const material = new ShaderMaterial({
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    ...BLENDED,
    depthWrite: false,
    side: DoubleSide,
    uniforms: { opacity: { value: 0.3 } },
  });
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.renderOrder = ORDER.shadows;

  return {
    mesh,

    update(moment, points) {
      let at = 0;
      for (let slot = 0; slot < moment.count; slot++) {
        for (let i = 0; i < PARTS.length; i++) {
          const from = 3 * (slot * JOINT_COUNT + PARTS[i].from);
          const to = 3 * (slot * JOINT_COUNT + PARTS[i].to);
          for (let k = 0; k < 3; k++) {
            starts.array[at] = points[from + k];
            ends.array[at++] = points[to + k];
          }
        }
      }
      geometry.instanceCount = PARTS.length * moment.count;
      starts.needsUpdate = ends.needsUpdate = true;
    },

    setOpacity(value) {
      material.uniforms.opacity.value = value;
    },

    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}

const dynamic = (length) => new InstancedBufferAttribute(new Float32Array(length), 3).setUsage(DynamicDrawUsage);
