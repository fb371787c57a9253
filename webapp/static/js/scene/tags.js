// ID labels above heads: one sprite per person, one small texture per id, drawn when an id first appears.

import { CanvasTexture, Group, Sprite, SpriteMaterial, SRGBColorSpace } from "../../vendor/vendor.js";
import { colourOf } from "../palette.js";
import { EARS, JOINT_COUNT } from "../skeleton.js";
import { MAX_PEOPLE } from "../timeline.js";

const WIDTH = 128;
const HEIGHT = 64;
const ABOVE_EARS_M = 0.3;
/** Share of the view's height: labels keep their size on the screen. */
const SIZE = 0.03;
const KEPT_TEXTURES = 64;

export function createTags() {
  const group = new Group();
  const textures = new Map();
  const shown = new Int32Array(MAX_PEOPLE).fill(-1);
  const sprites = Array.from({ length: MAX_PEOPLE }, () => {
    const sprite = new Sprite(new SpriteMaterial({ sizeAttenuation: false, depthTest: false, toneMapped: false }));
    sprite.scale.set((SIZE * WIDTH) / HEIGHT, SIZE, 1);
    sprite.renderOrder = 6;
    sprite.visible = false;
    group.add(sprite);
    return sprite;
  });

  function textureOf(id) {
    if (!textures.has(id)) {
      if (textures.size === KEPT_TEXTURES) forgetOldest();
      textures.set(id, drawTag(id));
    }
    return textures.get(id);
  }

  function forgetOldest() {
    for (const [id, texture] of textures) {
      if (shown.includes(id)) continue;
      texture.dispose();
      textures.delete(id);
      return;
    }
  }

  return {
    objects: [group],

    update(moment, points) {
      for (let slot = 0; slot < MAX_PEOPLE; slot++) {
        const sprite = sprites[slot];
        sprite.visible = slot < moment.count;
        if (!sprite.visible) {
          shown[slot] = -1;
          continue;
        }
        if (shown[slot] !== moment.ids[slot]) {
          shown[slot] = moment.ids[slot];
          sprite.material.map = textureOf(moment.ids[slot]);
          sprite.material.needsUpdate = true;
        }
        const left = 3 * (slot * JOINT_COUNT + EARS[0]);
        const right = 3 * (slot * JOINT_COUNT + EARS[1]);
        sprite.position.set(
          (points[left] + points[right]) / 2,
          Math.max(points[left + 1], points[right + 1]) + ABOVE_EARS_M,
          (points[left + 2] + points[right + 2]) / 2,
        );
      }
    },

    show({ tags }) {
      group.visible = tags;
    },

    dispose() {
      for (const texture of textures.values()) texture.dispose();
      for (const sprite of sprites) sprite.material.dispose();
    },
  };
}

function drawTag(id) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d");
  context.font = "600 38px system-ui, sans-serif";
  const width = Math.max(52, context.measureText(String(id)).width + 36);
  context.fillStyle = colourOf(id);
  context.beginPath();
  context.roundRect((WIDTH - width) / 2, 6, width, 52, 26);
  context.fill();
  context.fillStyle = "#14181d";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(String(id), WIDTH / 2, 34);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  return texture;
}
