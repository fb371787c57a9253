// The real camera and its world in display space: the calibration in use, or one being previewed.

import { Vector3 } from "../../vendor/vendor.js";
import { compose, displayFromWorld, identity, transformPoints, worldFromCamera } from "../transform.js";

/** Where people are expected while no one is in view, metres in front of the camera. */
const EXPECTED_AHEAD_M = 3.2;

/** `onChange()` after every change of the calibration shown. Cameras are as in /api/state, with `floor_offset_m`. */
export function createWorld({ parts, onChange }) {
  /** The camera in display space; `depth` in metres reaches behind all people. */
  const realCamera = { origin: new Vector3(), forward: new Vector3(), displayFromCamera: identity(), depth: 4 };
  let calibration = null;
  let preview = null;
  let fromWorld = identity();

  const cameraOf = ({ up, floor_offset_m: floor = 0, extrinsics }) =>
    compose(displayFromWorld(up, floor), worldFromCamera(extrinsics));

  function update() {
    const shown = preview ?? calibration;
    if (!shown) return;
    fromWorld = displayFromWorld(shown.up, shown.floor_offset_m ?? 0);
    const m = cameraOf(shown);
    realCamera.displayFromCamera.set(m);
    realCamera.origin.set(m[9], m[10], m[11]);
    realCamera.forward.set(m[2], m[5], m[8]);
    parts.floor.setWorld(fromWorld);
    parts.frustum.setCamera(shown, m);
    if (preview && calibration) parts.previousFrustum.setCamera(calibration, cameraOf(calibration));
    parts.previousFrustum.show({ camera: preview !== null });
    onChange();
  }

  return {
    realCamera: () => (calibration ? realCamera : null),

    setCamera(state) {
      if (!state || JSON.stringify(state) === JSON.stringify(calibration)) return;
      calibration = state;
      update();
    },

    /** Shows people as another calibration would place them; null returns to the one in use. */
    setPreview(state) {
      preview = state;
      update();
    },

    get previewing() {
      return preview !== null;
    },

    /** Transforms the moment's joints into display space, into `points`. */
    toDisplay(moment, points, count) {
      if (preview) transformPoints(realCamera.displayFromCamera, moment.camera, points, 0, count);
      else transformPoints(fromWorld, moment.world, points, 0, count);
    },

    /** Two corners of where people may be expected, as [x, y, z, x, y, z]. */
    expectedPlace() {
      const x = realCamera.origin.x + EXPECTED_AHEAD_M * realCamera.forward.x;
      const z = realCamera.origin.z + EXPECTED_AHEAD_M * realCamera.forward.z;
      return [x - 1.5, 0, z - 1, x + 1.5, 2, z + 1];
    },

    /** Vertical angle, degrees, that holds the camera's whole picture on a view of this aspect. */
    fovFor(aspect) {
      const {
        image_size: [width, height],
        fx,
        fy,
        cx,
        cy,
      } = preview ?? calibration;
      const halfWidth = Math.max(cx, width - cx) / fx;
      const halfHeight = Math.max(cy, height - cy) / fy;
      return (2 * Math.atan(Math.max(halfHeight, halfWidth / aspect)) * 180) / Math.PI;
    },
  };
}
