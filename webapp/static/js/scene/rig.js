// The cameras of a rig beside the first one: where each stands, with its live picture, cut out of the mosaic.

import { Group, Vector3 } from "../../vendor/vendor.js";
import { compose, displayFromWorld, worldFromCamera } from "../transform.js";
import { createFrustum } from "./frustum.js";

/** Nearer to the viewer than this, metres, a camera and its picture would hide the people. */
const IN_THE_WAY_M = 3;
const WHOLE = [0, 0, 1, 1];

/** `first`: the frustum of the first camera, which shows its own part of the mosaic on `canvas`. */
export function createRig(canvas, first) {
  const group = new Group();
  let known = "";
  let others = [];
  let colour = "#8b95a5";

  function clear() {
    for (const other of others) {
      group.remove(...other.objects);
      other.dispose();
    }
    others = [];
  }

  function build({ cameras, mosaic_size: [width, height], up }) {
    const shares = ({ tile: [x, y, across, down] }) => [x / width, y / height, across / width, down / height];
    const [one, ...rest] = Object.values(cameras);
    first.setCrop(shares(one));
    others = rest.map((camera) => {
      const frustum = createFrustum(canvas);
      const pose = compose(displayFromWorld(up, 0), worldFromCamera(camera));
      frustum.setCrop(shares(camera));
      frustum.setCamera(camera, pose);
      frustum.setColour(colour);
      group.add(...frustum.objects);
      return { ...frustum, place: new Vector3(pose[9], pose[10], pose[11]) };
    });
  }

  return {
    objects: [group],

    /** A scene as on the wire. */
    set(wire) {
      const now = wire.cameras ? keyOf(wire) : "";
      if (now === known) return;
      known = now;
      clear();
      if (wire.cameras) build(wire);
      else first.setCrop(WHOLE);
    },

    /** The canvas has a new picture. */
    refresh() {
      for (const other of others) other.refresh();
    },

    /** In each drawn frame; `through`: whether the viewer, at `eye`, looks through the first camera. */
    update(through, eye, dt) {
      for (const other of others) {
        const shown = !through && other.place.distanceTo(eye) > IN_THE_WAY_M;
        other.lookFrom(shown, shown, dt);
      }
    },

    setColour(value) {
      colour = value;
      for (const other of others) other.setColour(value);
    },

    show({ camera }) {
      group.visible = camera;
    },

    dispose: clear,
  };
}

/** Changes when a camera of the rig does. */
const keyOf = ({ cameras, up }) =>
  [up, ...Object.entries(cameras).map(([name, { tile, t, fx }]) => [name, ...tile, ...t, fx])].join();
