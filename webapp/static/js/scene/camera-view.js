// The view through the real camera: the viewer stands where it stands, and sees what its picture shows.

import { Matrix4, Quaternion } from "../../vendor/vendor.js";

/** How far the viewer steps back from the camera when leaving it, metres, and how far ahead the target is then. */
const BACK_M = 0.4;
const AHEAD = 0.6;

/** `camera`, `controls`: the viewer's; `realCamera()` as in world.js; `fovFor(aspect)`: the angle of its picture. */
export function createCameraView(camera, controls, { realCamera, fovFor }) {
  const rotation = new Quaternion();
  const basis = new Matrix4();
  const ownFov = camera.fov;

  function setFov(fov) {
    if (camera.fov === fov) return;
    camera.fov = fov;
    camera.updateProjectionMatrix();
  }

  return {
    /** Follows the real camera; to be called in each frame. */
    update() {
      const real = realCamera();
      if (!real) return;
      const m = real.displayFromCamera;
      // Camera frame is x right, y down, z forward; three.js looks along -z with y up.
      basis.set(m[0], -m[1], -m[2], 0, m[3], -m[4], -m[5], 0, m[6], -m[7], -m[8], 0, 0, 0, 0, 1);
      camera.position.copy(real.origin);
      camera.quaternion.copy(rotation.setFromRotationMatrix(basis));
      setFov(fovFor(camera.aspect));
    },

    /** Back to the viewer's own lens, a step behind the real camera. */
    leave() {
      setFov(ownFov);
      const { forward, origin, depth } = realCamera() ?? {};
      if (!forward) return;
      camera.position.addScaledVector(forward, -BACK_M);
      controls.target.copy(origin).addScaledVector(forward, AHEAD * depth);
    },
  };
}
