// ID labels above heads: one sprite per person, one small texture per id and colour, drawn when it first appears.

import { CanvasTexture, Group, Sprite, SpriteMaterial, SRGBColorSpace, Vector3 } from "../../vendor/vendor.js";
import { colourOf, inkOn } from "../palette.js";
import { EARS, JOINT_COUNT } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline/moment.js";
import { createTagLayout } from "./tag-layout.js";

/** Pixels of a texture; a label fills its height, and its width as far as the number needs. */
const WIDTH = 128;
const HEIGHT = 64;
const FONT = "600 38px system-ui, sans-serif";
const ABOVE_EARS_M = 0.25;
/** On the screen, CSS pixels: labels keep their size. */
const HEIGHT_PX = 22;
const KEPT_TEXTURES = 64;

export function createTags(colours) {
  const group = new Group();
  const textures = new Map();
  const layout = createTagLayout(MAX_PEOPLE);
  const shown = new Array(MAX_PEOPLE).fill(null);
  const point = new Vector3();
  const sprites = Array.from({ length: MAX_PEOPLE }, () => {
    const sprite = new Sprite(new SpriteMaterial({ sizeAttenuation: false, depthTest: false, toneMapped: false }));
    sprite.renderOrder = 6;
    sprite.visible = false;
    group.add(sprite);
    return sprite;
  });

  /** {id, colour, theme, texture, width} of a person's label. */
  function labelOf(id, colour) {
    const key = `${colours.theme} ${colour} ${id}`;
    let label = textures.get(key);
    if (!label) {
      if (textures.size === KEPT_TEXTURES) forgetOldest();
      label = {
        id,
        colour,
        theme: colours.theme,
        ...drawTag(id, colourOf(colour, colours.theme), inkOn(colours.theme)),
      };
      textures.set(key, label);
    }
    return label;
  }

  function forgetOldest() {
    for (const [key, label] of textures) {
      if (shown.includes(label)) continue;
      label.texture.dispose();
      textures.delete(key);
      return;
    }
  }

  /** Gives a slot the label of who is in it now. */
  function dress(slot, moment) {
    const before = shown[slot];
    const id = moment.ids[slot];
    const colour = moment.colours[slot];
    if (before && before.id === id && before.colour === colour && before.theme === colours.theme) return;
    const label = labelOf(id, colour);
    shown[slot] = label;
    sprites[slot].material.map = label.texture;
    sprites[slot].material.needsUpdate = true;
  }

  /** The place above the head, in the world and on the screen. */
  function locate(slot, points, camera, width, height) {
    const left = 3 * (slot * JOINT_COUNT + EARS[0]);
    const right = 3 * (slot * JOINT_COUNT + EARS[1]);
    point.set(
      (points[left] + points[right]) / 2,
      Math.max(points[left + 1], points[right + 1]) + ABOVE_EARS_M,
      (points[left + 2] + points[right + 2]) / 2,
    );
    sprites[slot].position.copy(point);
    layout.depth[slot] = point.distanceTo(camera.position);
    point.project(camera);
    if (point.z > 1) layout.depth[slot] = Infinity;
    layout.x[slot] = (point.x * 0.5 + 0.5) * width;
    layout.y[slot] = (0.5 - point.y * 0.5) * height;
    layout.width[slot] = (shown[slot].width * HEIGHT_PX) / HEIGHT;
  }

  return {
    objects: [group],

    /** `height`: of the view, CSS pixels. */
    update(moment, points, camera, height) {
      const size = (HEIGHT_PX / height) * 2 * Math.tan((camera.fov * Math.PI) / 360);
      for (let slot = 0; slot < MAX_PEOPLE; slot++) {
        layout.depth[slot] = Infinity;
        if (slot >= moment.count) shown[slot] = null;
        else {
          dress(slot, moment);
          locate(slot, points, camera, height * camera.aspect, height);
        }
      }
      layout.arrange(HEIGHT_PX);
      for (let slot = 0; slot < MAX_PEOPLE; slot++) {
        const sprite = sprites[slot];
        sprite.visible = layout.depth[slot] < Infinity && !Number.isNaN(layout.lift[slot]);
        sprite.scale.set((size * WIDTH) / HEIGHT, size, 1);
        sprite.center.set(0.5, 0.5 - layout.lift[slot] / HEIGHT_PX);
      }
    },

    show({ tags }) {
      group.visible = tags;
    },

    dispose() {
      for (const label of textures.values()) label.texture.dispose();
      for (const sprite of sprites) sprite.material.dispose();
    },
  };
}

function drawTag(id, colour, ink) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d");
  context.font = FONT;
  const width = Math.min(WIDTH, Math.max(56, context.measureText(String(id)).width + 34));
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect((WIDTH - width) / 2, 5, width, 54, 27);
  context.fill();
  context.fillStyle = ink;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(String(id), WIDTH / 2, 34, WIDTH - 20);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  return { texture, width };
}
