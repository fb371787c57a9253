// The camera in the scene: a small glyph, its view frustum, with the live picture on the image plane where that hides
// nobody.

import {
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  DoubleSide,
  Group,
  Mesh,
  MeshBasicMaterial,
  SRGBColorSpace,
} from "../../vendor/vendor.js";
import { BLENDED, ORDER } from "./blended.js";
import { undistort } from "./lens-shader.js";
import { createRibbons } from "./ribbons.js";

/** Metres from the camera to the picture when seen from outside, and to the glyph's end without a picture. */
const PICTURE_M = 0.6;
const GLYPH_M = 0.26;
/** Width of the picture's texture, pixels. From outside it is small on screen, and copying it dominates a frame. */
const SMALL_PX = 448;
const LARGE_PX = 1280;
const FADE_PER_S = 5;

export function createFrustum(pictureCanvas) {
  const group = new Group();
  group.matrixAutoUpdate = false;
  const lines = createRibbons({ capacity: 8, width: 2 });
  lines.mesh.renderOrder = 3;
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(12), 3));
  geometry.setAttribute("uv", new BufferAttribute(Float32Array.of(0, 1, 1, 1, 1, 0, 0, 0), 2));
  geometry.setIndex([0, 3, 2, 0, 2, 1]);
  const material = new MeshBasicMaterial({ side: DoubleSide, toneMapped: false, ...BLENDED });
  const lens = undistort(material);
  const plane = new Mesh(geometry, material);
  plane.frustumCulled = false;
  plane.renderOrder = ORDER.picture;
  plane.visible = false;
  group.add(plane, lines.mesh);

  const copy = document.createElement("canvas");
  const context = copy.getContext("2d", { alpha: false });
  let intrinsics = null;
  let crop = [0, 0, 1, 1];
  let depth = GLYPH_M;
  let through = false;
  let empty = false;
  const corners = new Float32Array(12);
  let colour = "#8b95a5";

  function layOut() {
    if (!intrinsics) return;
    const {
      image_size: [width, height],
      fx,
      fy,
      cx,
      cy,
    } = intrinsics;
    const at = (u, v, z) => [((u - cx) / fx) * z, ((v - cy) / fy) * z, z];
    const edges = (z) => [at(0, 0, z), at(width, 0, z), at(width, height, z), at(0, height, z)];
    const near = edges(depth);
    near.forEach((corner, i) => geometry.attributes.position.array.set(corner, 3 * i));
    geometry.attributes.position.needsUpdate = true;
    lines.set([
      ...near.map((corner) => [[0, 0, 0], corner, colour]),
      ...near.map((corner, i) => [corner, near[(i + 1) % 4], colour]),
    ]);
    const m = group.matrix.elements;
    edges(PICTURE_M).forEach(([x, y, z], i) => {
      for (let k = 0; k < 3; k++) corners[3 * i + k] = m[k] * x + m[4 + k] * y + m[8 + k] * z + m[12 + k];
    });
  }

  function setDepth(metres) {
    if (metres === depth) return;
    depth = metres;
    layOut();
  }

  return {
    objects: [group],

    /** `camera`: {image_size, fx, fy, cx, cy, distortion} in pixels; `displayFromCamera`: a transform. */
    setCamera(camera, displayFromCamera) {
      intrinsics = camera;
      lens.set(camera);
      const m = displayFromCamera;
      group.matrix.set(m[0], m[1], m[2], m[9], m[3], m[4], m[5], m[10], m[6], m[7], m[8], m[11], 0, 0, 0, 1);
      group.matrixWorldNeedsUpdate = true;
      layOut();
    },

    /** The part of the picture's canvas that is of this camera: left, top, width and height as shares of it. */
    setCrop(shares) {
      crop = shares;
    },

    /** Four corners of the picture seen from outside, packed x, y, z in display space. */
    corners,

    /** From the camera itself: the picture fills the view, so many metres away, behind all people. */
    lookThrough(metres) {
      through = true;
      material.opacity = 1;
      plane.visible = material.map !== null && !empty;
      lines.mesh.visible = false;
      setDepth(metres);
    },

    /** From outside: the glyph, unless it is in the way, and its picture, if that covers nobody, fading in `dt` s. */
    lookFrom(glyph, picture, dt) {
      const target = glyph && picture && material.map && !empty ? 1 : 0;
      if (through) material.opacity = target;
      through = false;
      const step = FADE_PER_S * dt;
      material.opacity += Math.min(Math.max(target - material.opacity, -step), step);
      plane.visible = material.opacity > 0;
      lines.mesh.visible = glyph;
      setDepth(plane.visible ? PICTURE_M : GLYPH_M);
    },

    setColour(value) {
      colour = value;
      layOut();
    },

    /** Whether the camera has no picture to show. */
    setEmpty(is) {
      empty = is;
    },

    /** The picture's canvas has a new picture. */
    refresh() {
      const [left, top] = [crop[0] * pictureCanvas.width, crop[1] * pictureCanvas.height];
      const [across, down] = [crop[2] * pictureCanvas.width, crop[3] * pictureCanvas.height];
      const width = Math.max(1, Math.round(Math.min(across, through ? LARGE_PX : SMALL_PX)));
      const height = Math.max(1, Math.round((width * down) / across));
      if (copy.width !== width || copy.height !== height || !material.map) {
        copy.width = width;
        copy.height = height;
        material.map?.dispose(); // a texture keeps the size it was made with
        material.map = textureOf(copy);
        material.needsUpdate = true;
      }
      context.drawImage(pictureCanvas, left, top, across, down, 0, 0, width, height);
      material.map.needsUpdate = true;
    },

    show({ camera }) {
      group.visible = camera;
    },

    dispose() {
      material.map?.dispose();
      material.dispose();
      geometry.dispose();
      lines.dispose();
    },
  };
}

function textureOf(canvas) {
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.generateMipmaps = false;
  texture.minFilter = texture.magFilter;
  return texture;
}
