// The floor: an anti-aliased grid, a line every metre and a stronger one every five, and the axes of the world.

import {
  CanvasTexture,
  Color,
  DoubleSide,
  Group,
  Mesh,
  PlaneGeometry,
  ShaderMaterial,
  Sprite,
  SpriteMaterial,
  SRGBColorSpace,
  Vector2,
  Vector3,
} from "../../vendor/vendor.js";
import { transformPoint } from "../transform.js";
import { BLENDED, ORDER } from "./blended.js";
import { createRibbons } from "./ribbons.js";

const SIZE_M = 80;
const AXIS_M = 0.6;
const AXES = [
  ["x", "#e5484d"],
  ["y", "#30a46c"],
  ["z", "#3e8bff"],
];

const VERTEX = `
  varying vec2 vPlace;
  varying float vDistance;
  void main() {
    vPlace = position.xy;
    vec4 view = modelViewMatrix * vec4(position, 1.0);
    vDistance = length(view.xyz);
    gl_Position = projectionMatrix * view;
  }`;

const FRAGMENT = `
  uniform vec3 line, ground;
  uniform float solid;
  uniform vec2 centre;
  varying vec2 vPlace;
  varying float vDistance;
  float grid(float spacing, float width) {
    vec2 place = vPlace / spacing;
    vec2 pixel = fwidth(place);
    vec2 near = abs(fract(place - 0.5) - 0.5);
    vec2 strength = 1.0 - smoothstep(pixel * (width - 0.5), pixel * (width + 0.5), near);
    strength *= 1.0 - smoothstep(0.25, 0.5, pixel);
    return max(strength.x, strength.y);
  }
  void main() {
    float fade = 1.0 - smoothstep(4.0, 17.0, length(vPlace - centre));
    if (fade <= 0.0) discard;
    float lines = max(0.45 * grid(1.0, 0.6), grid(5.0, 0.9));
    float alpha = max(lines, 0.0);
    gl_FragColor = vec4(mix(ground, line, alpha), fade * max(alpha, 0.55 * solid));
    #include <colorspace_fragment>
  }`;

export function createFloor() {
  const material = new ShaderMaterial({
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    ...BLENDED, // people who sink into the floor a little keep their feet
    depthWrite: false,
    side: DoubleSide,
    uniforms: {
      line: { value: new Color() },
      ground: { value: new Color() },
      solid: { value: 1 },
      centre: { value: new Vector2() },
    },
  });
  const plane = new Mesh(new PlaneGeometry(SIZE_M, SIZE_M), material);
  plane.rotation.x = -Math.PI / 2;
  plane.renderOrder = ORDER.floor;

  const axes = new Group();
  const lines = createRibbons({ capacity: 3, width: 2.6 });
  lines.mesh.renderOrder = 3;
  const letters = AXES.map(([name, colour]) => letter(name, colour));
  axes.add(lines.mesh, ...letters);
  const scratch = new Vector3();

  return {
    objects: [plane, axes],

    /** Where the world's origin is and how its axes lie, in display space. */
    setWorld(displayFromWorld) {
      const origin = transformPoint(displayFromWorld, [0, 0, 0]);
      lines.set(AXES.map(([, colour], i) => [origin, transformPoint(displayFromWorld, unit(i, AXIS_M)), colour]));
      letters.forEach((sprite, i) =>
        sprite.position.copy(scratch.fromArray(transformPoint(displayFromWorld, unit(i, AXIS_M + 0.09)))),
      );
    },

    /** The grid fades away from this point (x, z of display space). */
    setCentre(x, z) {
      material.uniforms.centre.value.set(x, -z);
    },

    /** Without a ground colour only the lines are drawn, so that the picture is visible through the floor. */
    setSolid(is) {
      material.uniforms.solid.value = is ? 1 : 0;
    },

    setColours({ line, ground }) {
      material.uniforms.line.value.set(line);
      material.uniforms.ground.value.set(ground);
    },

    show({ floor, axes: withAxes }) {
      plane.visible = floor;
      axes.visible = withAxes;
    },

    dispose() {
      plane.geometry.dispose();
      material.dispose();
      lines.dispose();
      for (const sprite of letters) {
        sprite.material.map.dispose();
        sprite.material.dispose();
      }
    },
  };
}

const unit = (axis, length) => [0, 1, 2].map((k) => (k === axis ? length : 0));

function letter(text, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const context = canvas.getContext("2d");
  context.font = "600 44px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(text, 32, 34);
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  const sprite = new Sprite(new SpriteMaterial({ map, sizeAttenuation: false, depthTest: false, toneMapped: false }));
  sprite.scale.setScalar(0.032);
  sprite.renderOrder = 5;
  return sprite;
}
