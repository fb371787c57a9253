// Zones on the floor: filled polygons with an edge and their name, and the corners of the one that is edited.

import {
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  Color,
  DoubleSide,
  Group,
  Mesh,
  MeshBasicMaterial,
  ShapeUtils,
  Sprite,
  SpriteMaterial,
  SRGBColorSpace,
  Vector2,
} from "../../vendor/vendor.js";
import { colourOf, inkOn } from "../palette.js";
import { BLENDED, ORDER } from "./blended.js";
import { createRibbons } from "./ribbons.js";

/** Above the floor, metres: in front of the grid at every distance. */
const LIFT_M = 0.006;
const FAINT = 0.2;
const BRIGHT = 0.55;
const FLASH_S = 1.2;
/** On the screen, CSS pixels. */
const NAME_PX = 20;
const HANDLE_PX = 15;
const MOST_SEGMENTS = 2048;

/** A zone is {name, corners: [[x, z], …], colour}, in metres of display space, where the floor is y = 0. */
export function createZones(colours) {
  const group = new Group();
  const edges = createRibbons({ capacity: MOST_SEGMENTS, width: 2.4 });
  edges.mesh.renderOrder = 2;
  const handleTexture = disc();
  let zones = [];
  let draft = null; // {corners, colour, closed}, the zone that is drawn or changed
  let fills = new Map(); // name -> mesh
  let names = [];
  let handles = [];
  let theme = null;
  let flashes = new Map(); // name -> seconds left
  group.add(edges.mesh);

  function clear() {
    for (const object of [...fills.values(), ...names, ...handles]) {
      group.remove(object);
      object.geometry?.dispose?.();
      if (object.material.map && object.material.map !== handleTexture) object.material.map.dispose();
      object.material.dispose();
    }
    fills = new Map();
    names = [];
    handles = [];
  }

  function build() {
    clear();
    theme = colours.theme;
    const lines = [];
    for (const zone of zones) {
      fills.set(zone.name, filled(zone, FAINT));
      lines.push(...outline(zone, true));
      names.push(labelled(zone));
    }
    if (draft) {
      lines.push(...outline(draft, draft.closed));
      if (draft.corners.length > 2) fills.set(null, filled(draft, FAINT));
      handles = draft.corners.map((corner) => handle(corner, draft.colour));
    }
    edges.set(lines);
    for (const object of [...fills.values(), ...names, ...handles]) group.add(object);
  }

  function filled({ corners, colour }, opacity) {
    const triangles = ShapeUtils.triangulateShape(
      corners.map(([x, z]) => new Vector2(x, z)),
      [],
    );
    const geometry = new BufferGeometry();
    geometry.setAttribute(
      "position",
      new BufferAttribute(Float32Array.from(corners.flatMap(([x, z]) => [x, LIFT_M / 2, z])), 3),
    );
    geometry.setIndex(triangles.flat());
    const material = new MeshBasicMaterial({
      ...BLENDED,
      color: new Color(colourOf(colour, theme)),
      opacity,
      depthWrite: false,
      side: DoubleSide,
      toneMapped: false,
    });
    const mesh = new Mesh(geometry, material);
    mesh.renderOrder = (ORDER.floor + ORDER.shadows) / 2;
    return mesh;
  }

  function outline({ corners, colour }, closed) {
    const paint = colourOf(colour, theme);
    const at = ([x, z]) => [x, LIFT_M, z];
    const ends = closed ? corners : corners.slice(0, -1);
    return ends.map((corner, i) => [at(corner), at(corners[(i + 1) % corners.length]), paint]);
  }

  function labelled({ name, corners, colour }) {
    const { texture, aspect } = written(name, colourOf(colour, theme), inkOn(theme));
    const sprite = overlaid(texture, 5);
    const [x, z] = middle(corners);
    sprite.position.set(x, 0.05, z);
    sprite.userData = { width: NAME_PX * aspect, height: NAME_PX };
    return sprite;
  }

  function handle([x, z], colour) {
    const sprite = overlaid(handleTexture, 6);
    sprite.material.color.set(colourOf(colour, theme));
    sprite.position.set(x, LIFT_M, z);
    sprite.userData = { width: HANDLE_PX, height: HANDLE_PX };
    return sprite;
  }

  function fade(dt) {
    for (const [name, left] of flashes) {
      const fill = fills.get(name);
      const still = Math.max(0, left - dt);
      if (fill) fill.material.opacity = FAINT + (BRIGHT - FAINT) * (still / FLASH_S);
      if (still > 0) flashes.set(name, still);
      else flashes.delete(name);
    }
  }

  return {
    objects: [group],

    set(next) {
      zones = next;
      build();
    },

    /** The zone that is drawn or changed, with a handle at each corner; null for none. */
    setDraft(next) {
      draft = next;
      build();
    },

    /** Shows for a moment that something happened there. */
    flash(name) {
      flashes.set(name, FLASH_S);
    },

    /** `height`: of the view, CSS pixels. */
    update(camera, height, dt) {
      if (theme !== colours.theme && (zones.length > 0 || draft)) build();
      if (flashes.size > 0) fade(dt);
      const size = (2 * Math.tan((camera.fov * Math.PI) / 360)) / height;
      for (const sprite of [...names, ...handles])
        sprite.scale.set(sprite.userData.width * size, sprite.userData.height * size, 1);
    },

    show({ zones: shown }) {
      group.visible = shown;
    },

    dispose() {
      clear();
      edges.dispose();
      handleTexture.dispose();
      flashes = new Map();
    },
  };
}

/** The middle of the corners. */
function middle(corners) {
  const sum = corners.reduce(([x, z], corner) => [x + corner[0], z + corner[1]], [0, 0]);
  return sum.map((value) => value / corners.length);
}

function overlaid(map, order) {
  const sprite = new Sprite(new SpriteMaterial({ map, sizeAttenuation: false, depthTest: false, toneMapped: false }));
  sprite.renderOrder = order;
  return sprite;
}

function written(text, colour, ink) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const font = "600 30px system-ui, sans-serif";
  context.font = font;
  canvas.width = Math.ceil(context.measureText(text).width) + 32;
  canvas.height = 48;
  context.font = font;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(0, 0, canvas.width, canvas.height, 12);
  context.fill();
  context.fillStyle = ink;
  context.textBaseline = "middle";
  context.fillText(text, 16, 25);
  return { texture: textureOf(canvas), aspect: canvas.width / canvas.height };
}

function disc() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const context = canvas.getContext("2d");
  context.lineWidth = 8;
  context.strokeStyle = "#888";
  context.fillStyle = "#fff";
  context.beginPath();
  context.arc(32, 32, 26, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  return textureOf(canvas);
}

function textureOf(canvas) {
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  return texture;
}
