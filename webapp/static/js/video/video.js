// The video: one stream of raw pictures, and people drawn over the picture of their own frame.

import { createAway } from "./away.js";
import { BACKGROUND } from "./drawing.js";
import { fitted } from "./layers.js";
import { createMissingLayer } from "./missing-layer.js";
import { partOf } from "./mosaic.js";
import { createOverlay } from "./overlay.js";
import { createPicture } from "./picture.js";
import { createScenes } from "./scenes.js";
import { openStream } from "./stream.js";
import { createDemand, widthFor } from "./widths.js";

const USUAL_SIZE = [16, 9];

/**
 * `layers` show it; `silence(now)` as of the timeline; `onStatus(message)`: null, or why there are no pictures;
 * `onPicture` is given every live picture, as in connection.js. The 3D view uses `canvas`, which has the picture, and
 * `show(frame, now)`; `overlay` has what is drawn over it.
 */
export function createVideo({ layers, silence, onStatus, view, onPicture, open = openStream }) {
  const scenes = createScenes();
  const overlay = createOverlay(layers);
  const missingLayer = createMissingLayer(layers);
  const picture = createPicture(layers.picture, { silence });
  const away = createAway({
    picture,
    overlay,
    onScene: showPart,
    options: () => ({ view: chosen, withPictures: !withoutPictures(), tags, size: size() }),
  });
  const stream = open({
    onPicture(item) {
      onPicture?.(item);
      picture.add(item);
    },
    onStatus,
  });
  const demand = createDemand(stream.setWidth);
  let chosen = view;
  let withheld = false;
  let tags = true;
  let elsewhere = [0, 0]; // CSS pixels of the 3D view that the picture fits into
  let shown = null; // the scene on show
  let camera = null; // the one camera of a rig that is shown; null for all
  let newest = null; // the live scene as on the wire
  let missing = new Map(); // as of missingOf
  let framed = null; // the scene whose cameras say which part of the picture is shown

  function showPart(wire) {
    framed = wire;
    layers.setPart(partOf(wire, camera), wire.mosaic_size ?? wire.image_size);
    missingLayer.place(wire, camera);
  }

  const withoutPictures = () => withheld || chosen === "skeleton";
  const size = () => scenes.newest?.size ?? USUAL_SIZE;

  function update() {
    const need = (cssWidth) => (withoutPictures() || away.isRecording ? null : widthFor(cssWidth, layers.density));
    demand.set("panel", need(layers.shownWidth(size())));
    demand.set("3D view", need(fitted(size(), elsewhere)));
  }

  /** The scene of the picture's own frame: people must not lag behind the picture. */
  function sceneOf(frame) {
    if (shown?.frame !== frame) shown = scenes.at(frame);
    return chosen === "raw" ? null : shown;
  }

  layers.onResize(update);

  return {
    canvas: layers.picture,
    overlay,

    push(scene) {
      const before = size();
      scenes.push(scene);
      newest = scene;
      if (!away.isOn) showPart(scene);
      const after = size();
      if (before[0] * after[1] !== before[1] * after[0]) update();
    },

    /** Shows the picture of `frame`, and people; true where the picture has changed. */
    show(frame, now) {
      if (away.isOn) return away.show();
      if (withoutPictures()) {
        const changed = picture.blank(size(), BACKGROUND);
        overlay.draw(scenes.upTo(frame), tags);
        return changed;
      }
      const changed = picture.show(frame, now);
      overlay.draw(picture.frame === null ? null : sceneOf(picture.frame), tags);
      return changed;
    },

    /** Shows another time than now, as in away.js, in place of the live pictures; null goes back to them. */
    setElsewhen(source) {
      if (away.isOn && !source) picture.blank(size(), BACKGROUND);
      away.setSource(source);
      if (!source && newest) showPart(newest);
      missingLayer.set(source ? new Map() : missing);
      update();
    },

    /** One of overlay, raw, skeleton. */
    setView(next) {
      chosen = next;
      update();
    },

    /** The name of the camera of a rig that is shown; null for all. */
    setCamera(name) {
      camera = name;
      if (framed) showPart(framed);
    },

    /** The cameras of a rig that deliver no pictures, as of missingOf. */
    setMissing(next) {
      missing = next;
      if (!away.isOn) missingLayer.set(missing);
    },

    /** Whether the operator shows this visitor no pictures. */
    setWithheld(is) {
      if (is === withheld) return;
      withheld = is;
      update();
    },

    setTags(on) {
      tags = on;
    },

    /** [width, height] into which the picture fits in the 3D view, in CSS pixels; zeros where it is not shown there. */
    setElsewhere(box) {
      elsewhere = box;
      update();
    },
  };
}
