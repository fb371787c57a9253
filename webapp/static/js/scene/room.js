// Where the real camera stands and how its world lies in display space: the calibration in use, or one being tried.

import { Vector3 } from "../../vendor/vendor.js";
import { compose, displayFromWorld, identity, transformPoints, worldFromCamera } from "../transform.js";

/** Where people are expected while there are none, metres before the camera. */
const EMPTY_AHEAD_M = 3.2;
const ORIGIN_WITHIN_M = 4;

/** `onChange()` after every change of where things are. Cameras are as in /api/state, with `floor_offset_m`. */
export function createRoom({ parts, onChange }) {
  /** The camera in display space, for whoever looks from there; `depth` reaches behind everybody. */
  const filmed = { origin: new Vector3(), forward: new Vector3(), displayFromCamera: identity(), depth: 4 };
  let calibration = null;
  let preview = null;
  let fromWorld = identity();

  const cameraOf = ({ up, floor_offset_m: floor = 0, extrinsics }) =>
    compose(displayFromWorld(up, floor), worldFromCamera(extrinsics));

  function arrange() {
    const shown = preview ?? calibration;
    if (!shown) return;
    fromWorld = displayFromWorld(shown.up, shown.floor_offset_m ?? 0);
    const m = cameraOf(shown);
    filmed.displayFromCamera.set(m);
    filmed.origin.set(m[9], m[10], m[11]);
    filmed.forward.set(m[2], m[5], m[8]);
    parts.floor.setWorld(fromWorld);
    parts.frustum.setCamera(shown, m);
    if (preview && calibration) parts.before.setCamera(calibration, cameraOf(calibration));
    parts.before.show({ camera: preview !== null });
    onChange();
  }

  return {
    filmed: () => (calibration ? filmed : null),

    setCamera(state) {
      if (!state || JSON.stringify(state) === JSON.stringify(calibration)) return;
      calibration = state;
      arrange();
    },

    /** Shows everybody as another calibration would have them; null goes back to the one in use. */
    setPreview(state) {
      preview = state;
      arrange();
    },

    get previewing() {
      return preview !== null;
    },

    /** Joints of the moment into display space. */
    place(moment, points, count) {
      if (preview) transformPoints(filmed.displayFromCamera, moment.camera, points, 0, count);
      else transformPoints(fromWorld, moment.world, points, 0, count);
    },

    /** Two corners of where people may be expected, as [x, y, z, x, y, z]. */
    emptyPlace() {
      const x = filmed.origin.x + EMPTY_AHEAD_M * filmed.forward.x;
      const z = filmed.origin.z + EMPTY_AHEAD_M * filmed.forward.z;
      return [x - 1.5, 0, z - 1, x + 1.5, 2, z + 1];
    },

    /** The world's origin as [x, y, z], or nothing where it is far from what the camera sees. */
    worldOrigin: () => (Math.hypot(filmed.origin.x, filmed.origin.z) < ORIGIN_WITHIN_M ? [...fromWorld.slice(9)] : []),

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
