// The cameras of a rig beside the first one: where each stands, with its live picture, cut out of the mosaic.

import { compose, displayFromWorld, worldFromCamera } from "../transform.js";
import { createFrustum } from "./frustum.js";

const WHOLE = [0, 0, 1, 1];

/** `first`: the frustum of the first camera, which shows its own part of the mosaic on `canvas`. */
export function createRig(canvas, { scene, first }) {
  let known = "";
  let others = [];
  let colour = "#8b95a5";
  let shown = true;

  function clear() {
    for (const other of others) {
      scene.remove(...other.objects);
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
      frustum.setCrop(shares(camera));
      frustum.setCamera(camera, compose(displayFromWorld(up, 0), worldFromCamera(camera)));
      frustum.setColour(colour);
      frustum.show({ camera: shown });
      scene.add(...frustum.objects);
      return frustum;
    });
  }

  return {
    objects: [],

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

    /** In each drawn frame; `through`: whether the viewer looks through the first camera. */
    update(through, dt) {
      for (const other of others) other.lookFrom(!through, !through, dt);
    },

    setColour(value) {
      colour = value;
      for (const other of others) other.setColour(value);
    },

    show({ camera }) {
      shown = camera;
      for (const other of others) other.show({ camera });
    },

    dispose: clear,
  };
}

/** Changes when a camera of the rig does. */
const keyOf = ({ cameras, up }) =>
  [up, ...Object.entries(cameras).map(([name, { tile, t, fx }]) => [name, ...tile, ...t, fx])].join();
