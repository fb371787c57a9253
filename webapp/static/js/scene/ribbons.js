// Lines of a set width in pixels, as instanced quads: a ring of segments that may fade with age. WebGL's own lines
// are always one pixel wide.

import {
  BufferAttribute,
  Color,
  DoubleSide,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  ShaderMaterial,
  Vector2,
} from "../../vendor/vendor.js";

const VERTEX = `
  attribute vec3 segmentStart, segmentEnd, segmentColour;
  attribute vec2 segmentTimes;
  uniform vec2 resolution;
  uniform float width, now, life;
  varying vec3 vColour;
  varying float vAlpha;
  void main() {
    vec4 start = projectionMatrix * modelViewMatrix * vec4(segmentStart, 1.0);
    vec4 end = projectionMatrix * modelViewMatrix * vec4(segmentEnd, 1.0);
    float born = mix(segmentTimes.x, segmentTimes.y, position.x);
    vAlpha = life > 0.0 ? clamp(1.0 - (now - born) / life, 0.0, 1.0) : 1.0;
    vColour = segmentColour;
    if (vAlpha <= 0.0 || start.w <= 0.01 || end.w <= 0.01) {
      gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
      return;
    }
    vec2 along = (end.xy / end.w - start.xy / start.w) * resolution;
    vec2 across = normalize(vec2(-along.y, along.x) + vec2(1e-6, 0.0));
    float taper = life > 0.0 ? mix(0.35, 1.0, vAlpha) : 1.0;
    gl_Position = mix(start, end, position.x);
    gl_Position.xy += across * position.y * width * taper / resolution * gl_Position.w;
  }`;

const FRAGMENT = `
  uniform float opacity;
  varying vec3 vColour;
  varying float vAlpha;
  void main() {
    gl_FragColor = vec4(vColour, vAlpha * opacity);
    #include <colorspace_fragment>
  }`;

/** Times in the shader's 32-bit floats are exact to less than a frame up to here, in seconds; then they are rebased. */
const LONGEST_COUNT_S = 4096;

/** `width` in CSS pixels; `life` in seconds until a segment has faded, 0 for segments that stay. */
export function createRibbons({ capacity, width, life = 0, opacity = 1 }) {
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(Float32Array.of(0, -1, 0, 1, -1, 0, 1, 1, 0, 0, 1, 0), 3));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  const starts = dynamic(capacity, 3);
  const ends = dynamic(capacity, 3);
  const colours = dynamic(capacity, 3);
  const times = dynamic(capacity, 2);
  geometry.setAttribute("segmentStart", starts);
  geometry.setAttribute("segmentEnd", ends);
  geometry.setAttribute("segmentColour", colours);
  geometry.setAttribute("segmentTimes", times);
  geometry.instanceCount = 0;

  const material = new ShaderMaterial({
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    transparent: true,
    depthWrite: false,
    side: DoubleSide,
    uniforms: {
      resolution: { value: new Vector2(1, 1) },
      width: { value: width },
      now: { value: 0 },
      life: { value: life },
      opacity: { value: opacity },
    },
  });
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.onBeforeRender = (renderer) => renderer.getSize(material.uniforms.resolution.value);

  let cursor = 0;
  let countedFrom = 0; // s
  const scratch = new Color();

  /** Rebases the times of all segments; their age stays the same. */
  function countFrom(seconds) {
    for (let i = 0; i < times.array.length; i++) times.array[i] -= seconds - countedFrom;
    times.needsUpdate = true;
    countedFrom = seconds;
  }

  return {
    mesh,

    /** Adds a segment between two points of `points` (from, to: indices of their x); the oldest is replaced. */
    add(from, fromAt, to, toAt, red, green, blue, fromTime = 0, toTime = 0) {
      const at = cursor;
      cursor = (cursor + 1) % capacity;
      geometry.instanceCount = Math.max(geometry.instanceCount, at + 1);
      for (let k = 0; k < 3; k++) {
        starts.array[3 * at + k] = from[fromAt + k];
        ends.array[3 * at + k] = to[toAt + k];
      }
      colours.array[3 * at] = red;
      colours.array[3 * at + 1] = green;
      colours.array[3 * at + 2] = blue;
      times.array[2 * at] = fromTime - countedFrom;
      times.array[2 * at + 1] = toTime - countedFrom;
      starts.needsUpdate = ends.needsUpdate = colours.needsUpdate = times.needsUpdate = true;
    },

    /** Replaces all segments by lines that do not fade: [[from, to, colour], ...], points as arrays of three. */
    set(lines) {
      cursor = 0;
      geometry.instanceCount = 0;
      for (const [from, to, colour] of lines) {
        scratch.set(colour);
        this.add(from, 0, to, 0, scratch.r, scratch.g, scratch.b);
      }
    },

    clear() {
      cursor = 0;
      geometry.instanceCount = 0;
    },

    setNow(seconds) {
      if (seconds - countedFrom > LONGEST_COUNT_S) countFrom(seconds);
      material.uniforms.now.value = seconds - countedFrom;
    },

    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}

function dynamic(capacity, size) {
  return new InstancedBufferAttribute(new Float32Array(capacity * size), size).setUsage(DynamicDrawUsage);
}
