// The material of the bodies: one mesh for everybody, moved on the graphics card by the bones of `mannequin/rig.js`.

import {
  BufferAttribute,
  Color,
  DataTexture,
  DynamicDrawUsage,
  FloatType,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  RGBAFormat,
  ShaderMaterial,
  Vector3,
} from "../../vendor/vendor.js";
import { createMesh, INFLUENCES } from "./mannequin/mesh.js";
import { PERSON_FLOATS } from "./mannequin/rig.js";

const VERTEX = `
  attribute vec3 bones, weights, leftColour, rightColour;
  attribute float person, side, light;
  uniform sampler2D rig;
  varying vec3 vNormal, vColour, vView;
  varying float vLight, vSeen;
  void main() {
    vec3 place = vec3(0.0), turned = vec3(0.0);
    vSeen = 0.0;
    for (int i = 0; i < ${INFLUENCES}; i++) {
      int at = 4 * int(bones[i]), row = int(person);
      vec4 x = texelFetch(rig, ivec2(at, row), 0);
      vec4 y = texelFetch(rig, ivec2(at + 1, row), 0);
      vec4 z = texelFetch(rig, ivec2(at + 2, row), 0);
      vec4 point = vec4(position, 1.0);
      place += weights[i] * vec3(dot(x, point), dot(y, point), dot(z, point));
      turned += weights[i] * vec3(dot(x.xyz, normal), dot(y.xyz, normal), dot(z.xyz, normal));
      vSeen += weights[i] * texelFetch(rig, ivec2(at + 3, row), 0).x;
    }
    vNormal = turned;
    vColour = mix(leftColour, rightColour, side);
    vLight = light;
    vView = cameraPosition - place;
    gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
  }`;

/** Light from the sky and the ground, a soft lamp that wraps around, a faint gloss and a bright edge. */
const FRAGMENT = `
  uniform vec3 sky, ground, lamp, towardsLamp, backdrop;
  uniform float edge, gloss, hidden, opacity;
  varying vec3 vNormal, vColour, vView;
  varying float vLight, vSeen;
  void main() {
    if (vSeen < hidden) discard;
    vec3 n = normalize(vNormal), v = normalize(vView);
    float up = 0.5 + 0.5 * n.y;
    vec3 ambient = mix(ground, sky, up) * mix(0.35, 1.0, vLight);
    float facing = max((dot(n, towardsLamp) + 0.3) / 1.3, 0.0);
    vec3 lit = vColour * (ambient + lamp * facing * facing * mix(0.6, 1.0, vLight));
    float away = 1.0 - max(dot(n, v), 0.0);
    lit += (0.25 + 0.75 * vColour) * edge * away * away * away * up * vLight;
    lit += gloss * pow(max(dot(n, normalize(towardsLamp + v)), 0.0), 30.0) * vLight;
    gl_FragColor = vec4(mix(lit, mix(backdrop, vColour, 0.3), 0.62 * (1.0 - vSeen)), opacity);
    #include <colorspace_fragment>
  }`;

const LIGHT = {
  dark: { sky: "#aab4c4", ground: "#3a4048", lamp: 0.95, edge: 0.5, gloss: 0.07 },
  light: { sky: "#dfe4ec", ground: "#77716f", lamp: 1.1, edge: 0.3, gloss: 0.08 },
};

/** Where the lamp is: beside the viewer, so that people are lit from where they are looked at, and above everybody. */
const LAMP = new Vector3(-0.62, 0.35, 0.7);
const LAMP_ABOVE = 0.55;

/**
 * `capacity`: people at most; `rows`: their bones, PERSON_FLOATS each; `coarseness`: of the mesh, 1 or more; `opacity`:
 * less than 1 for translucent bodies.
 */
export function createMannequins(capacity, rows, coarseness, opacity = 1) {
  const mesh = createMesh(coarseness);
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(mesh.positions, 3));
  geometry.setAttribute("normal", new BufferAttribute(mesh.normals, 3));
  geometry.setAttribute("bones", new BufferAttribute(mesh.bones, INFLUENCES));
  geometry.setAttribute("weights", new BufferAttribute(mesh.weights, INFLUENCES));
  geometry.setAttribute("side", new BufferAttribute(mesh.side, 1));
  geometry.setAttribute("light", new BufferAttribute(mesh.light, 1));
  geometry.setIndex(mesh.indices);
  geometry.setAttribute(
    "person",
    new InstancedBufferAttribute(
      Float32Array.from({ length: capacity }, (_, i) => i),
      1,
    ),
  );
  const left = coloursOf(capacity);
  const right = coloursOf(capacity);
  geometry.setAttribute("leftColour", left);
  geometry.setAttribute("rightColour", right);
  geometry.instanceCount = 0;

  const texture = new DataTexture(rows, PERSON_FLOATS / 4, capacity, RGBAFormat, FloatType);
  const uniforms = {
    rig: { value: texture },
    sky: { value: new Color() },
    ground: { value: new Color() },
    lamp: { value: new Color() },
    backdrop: { value: new Color() },
    towardsLamp: { value: new Vector3(0, 1, 0) },
    edge: { value: 0 },
    gloss: { value: 0 },
    hidden: { value: 0 },
    opacity: { value: opacity },
  };
  const transparent = opacity < 1;
  const material = new ShaderMaterial({ vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms, transparent });
  const object = new Mesh(geometry, material);
  object.frustumCulled = false;
  object.onBeforeRender = (_renderer, _scene, camera) => {
    const lamp = uniforms.towardsLamp.value.copy(LAMP).transformDirection(camera.matrixWorld);
    lamp.y += LAMP_ABOVE;
    lamp.normalize();
  };

  return {
    object,

    paint(slot, leftColour, rightColour) {
      left.array.set(leftColour, 3 * slot);
      right.array.set(rightColour, 3 * slot);
      left.needsUpdate = right.needsUpdate = true;
    },

    /** The bones of the first `count` people have changed. */
    update(count) {
      geometry.instanceCount = count;
      texture.needsUpdate = true;
    },

    setTheme(theme, backdrop) {
      const { sky, ground, lamp, edge, gloss } = LIGHT[theme];
      uniforms.sky.value.set(sky);
      uniforms.ground.value.set(ground);
      uniforms.lamp.value.setScalar(lamp);
      uniforms.edge.value = edge;
      uniforms.gloss.value = gloss;
      uniforms.backdrop.value.set(backdrop);
    },

    /** Parts that are seen less than this, 0 to 1, are left out. */
    hideBelow(share) {
      uniforms.hidden.value = share;
    },

    dispose() {
      geometry.dispose();
      material.dispose();
      texture.dispose();
    },
  };
}

const coloursOf = (capacity) =>
  new InstancedBufferAttribute(new Float32Array(3 * capacity), 3).setUsage(DynamicDrawUsage);
