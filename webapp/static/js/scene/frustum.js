// The camera in the scene: its view frustum, with the live picture on the image plane.

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
import { createRibbons } from "./ribbons.js";

/** Metres from the camera to the picture when seen from outside. */
export const NEAR_PLANE_M = 0.75;
/** Width of the picture's texture, pixels. From outside it is small on screen, and copying it dominates a frame. */
const SMALL_PX = 448;
const LARGE_PX = 1280;
const FADED = 0.15;

export function createFrustum(pictureCanvas) {
  const group = new Group();
  group.matrixAutoUpdate = false;
  const lines = createRibbons({ capacity: 8, width: 2 });
  lines.mesh.renderOrder = 3;
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(12), 3));
  geometry.setAttribute("uv", new BufferAttribute(Float32Array.of(0, 1, 1, 1, 1, 0, 0, 0), 2));
  geometry.setIndex([0, 3, 2, 0, 2, 1]);
  const material = new MeshBasicMaterial({ side: DoubleSide, toneMapped: false, transparent: true });
  const plane = new Mesh(geometry, material);
  plane.frustumCulled = false;
  plane.visible = false;
  group.add(plane, lines.mesh);

  const copy = document.createElement("canvas");
  const context = copy.getContext("2d", { alpha: false });
  let intrinsics = null;
  let depth = NEAR_PLANE_M;
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
    const corners = [at(0, 0, depth), at(width, 0, depth), at(width, height, depth), at(0, height, depth)];
    corners.forEach((corner, i) => geometry.attributes.position.array.set(corner, 3 * i));
    geometry.attributes.position.needsUpdate = true;
    lines.set([
      ...corners.map((corner) => [[0, 0, 0], corner, colour]),
      ...corners.map((corner, i) => [corner, corners[(i + 1) % 4], colour]),
    ]);
  }

  return {
    objects: [group],

    /** `camera`: {image_size, fx, fy, cx, cy} in pixels; `displayFromCamera`: a transform. */
    setCamera(camera, displayFromCamera) {
      intrinsics = camera;
      const m = displayFromCamera;
      group.matrix.set(m[0], m[1], m[2], m[9], m[3], m[4], m[5], m[10], m[6], m[7], m[8], m[11], 0, 0, 0, 1);
      group.matrixWorldNeedsUpdate = true;
      layOut();
    },

    /** Metres from the camera to the picture: far behind all people when looking through the camera. */
    setDepth(metres) {
      if (metres === depth) return;
      depth = metres;
      lines.mesh.visible = depth === NEAR_PLANE_M;
      layOut();
    },

    /** Makes the picture translucent, so that it does not hide people from a viewer behind the camera. */
    setFaded(is) {
      material.opacity = is ? FADED : 1;
    },

    setColour(value) {
      colour = value;
      layOut();
    },

    /** The picture's canvas has a new picture. */
    refresh() {
      const width = Math.min(pictureCanvas.width, depth === NEAR_PLANE_M ? SMALL_PX : LARGE_PX);
      const height = Math.round((width * pictureCanvas.height) / pictureCanvas.width);
      if (copy.width !== width || copy.height !== height || !material.map) {
        copy.width = width;
        copy.height = height;
        material.map?.dispose(); // a texture keeps the size it was made with
        material.map = textureOf(copy);
        material.needsUpdate = true;
      }
      context.drawImage(pictureCanvas, 0, 0, width, height);
      material.map.needsUpdate = true;
      plane.visible = true;
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
