// The cameras of a rig: where each stands, with its live picture, cut out of the mosaic. One that is missing has no
// picture, and another colour.

import { Group, Vector3 } from "../../vendor/vendor.js";
import { compose, displayFromWorld, worldFromCamera } from "../transform.js";
import { createFrustum } from "./frustum.js";

/** Nearer to the viewer than this, metres, a camera and its picture would hide the people. */
const IN_THE_WAY_M = 3;
const WHOLE = [0, 0, 1, 1];

/** `first`: the frustum of the first camera, which shows its own part of the mosaic on `canvas`. */
export function createRig(canvas, first) {
  const group = new Group();
  const preview = createFrustum(canvas);
  preview.show({ camera: false });
  group.add(...preview.objects);
  let known = "";
  let up = "+y";
  let others = [];
  let firstName = null;
  let missing = new Map();
  let colours = { frustum: "#8b95a5", accent: "#8b95a5", missing: "#8b95a5" };

  const poseOf = (camera) => compose(displayFromWorld(up, 0), worldFromCamera(camera));
  const colourOf = (name) => (missing.has(name) ? colours.missing : colours.frustum);

  function clear() {
    for (const other of others) {
      group.remove(...other.objects);
      other.dispose();
    }
    others = [];
  }

  function build({ cameras, mosaic_size: [width, height] }) {
    const shares = ({ tile: [x, y, across, down] }) => [x / width, y / height, across / width, down / height];
    const [[name, one], ...rest] = Object.entries(cameras);
    firstName = name;
    first.setCrop(shares(one));
    others = rest.map(([other, camera]) => {
      const frustum = createFrustum(canvas);
      const pose = poseOf(camera);
      frustum.setCrop(shares(camera));
      frustum.setCamera(camera, pose);
      group.add(...frustum.objects);
      return { ...frustum, name: other, place: new Vector3(pose[9], pose[10], pose[11]) };
    });
    mark();
  }

  /** Shows which cameras are missing. */
  function mark() {
    first.setColour(colourOf(firstName));
    first.setEmpty(missing.has(firstName));
    for (const other of others) {
      other.setColour(colourOf(other.name));
      other.setEmpty(missing.has(other.name));
    }
  }

  return {
    objects: [group],

    /** A scene as on the wire. */
    set(wire) {
      const now = wire.cameras ? keyOf(wire) : "";
      if (now === known) return;
      known = now;
      up = wire.up;
      clear();
      if (wire.cameras) build(wire);
      else {
        first.setCrop(WHOLE);
        firstName = null;
        mark();
      }
    },

    /** Where a camera would stand, {up, R, t} with intrinsics, beside where it stands; null ends that. */
    setPreview(camera) {
      preview.show({ camera: camera !== null });
      if (camera) preview.setCamera(camera, poseOf(camera));
    },

    /** A map by the names of cameras that deliver no pictures. */
    setMissing(next) {
      if ([...next.keys()].join("\n") === [...missing.keys()].join("\n")) return;
      missing = next;
      mark();
    },

    /** The canvas has a new picture. */
    refresh() {
      for (const other of others) other.refresh();
    },

    /** In each drawn frame; `through`: whether the viewer, at `eye`, looks through the first camera. */
    update(through, eye, dt) {
      preview.lookFrom(!through, false, dt);
      for (const other of others) {
        const shown = !through && other.place.distanceTo(eye) > IN_THE_WAY_M;
        other.lookFrom(shown, shown, dt);
      }
    },

    /** `frustum`, `accent` for a preview, and `missing`, as CSS colours. */
    setColours(next) {
      colours = next;
      preview.setColour(colours.accent);
      mark();
    },

    show({ camera }) {
      group.visible = camera;
    },

    dispose() {
      clear();
      preview.dispose();
    },
  };
}

/** Changes when a camera of the rig does. */
const keyOf = ({ cameras, up }) =>
  [up, ...Object.entries(cameras).map(([name, { tile, R, t, fx }]) => [name, ...tile, ...R, ...t, fx])].join();
