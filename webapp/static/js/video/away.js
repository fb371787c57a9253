// What the video shows of another time than now: a recording's own video, what is kept of live pictures, or
// people alone, drawn where they were.

import { BACKGROUND } from "./drawing.js";
import { pictured } from "./mosaic.js";

/** `picture`, `overlay`: the layers' owners; `options()`: {view, withPictures, tags, size} as the video has them;
 * `onScene(wire)` when another scene is shown. */
export function createAway({ picture, overlay, options, onScene }) {
  let source = null;
  let changed = false;
  let drawn = { wire: null, scene: null }; // the overlay draws a scene again only if it is another object

  function sceneAt(time) {
    const wire = source.sceneAt(time);
    if (wire === null) return null;
    if (wire !== drawn.wire) {
      drawn = { wire, scene: pictured(wire) };
      onScene(wire);
    }
    return drawn.scene;
  }

  /** At once when the video has a frame: a moment later, it has the next one. */
  function showFrame() {
    const { view, withPictures, tags } = options();
    if (!withPictures) return;
    const scene = sceneAt(source.player.shown);
    picture.copy(source.player, scene?.size);
    overlay.draw(view === "raw" ? null : scene, tags);
    changed = true;
  }

  return {
    get isOn() {
      return source !== null;
    },

    /** A recording needs no live pictures. */
    get isRecording() {
      return source?.tape.kind === "recording";
    },

    /** `next`: {tape, player, time, sceneAt(time)}; null for what is live. */
    setSource(next) {
      source?.player.onFrame(null);
      source = next;
      source?.player.onFrame(showFrame);
    },

    /** To be called in each drawn frame; true where the picture has changed. */
    show() {
      source.player.follow(source.time);
      const { view, withPictures, tags, size } = options();
      if (withPictures && source.player.shown !== null) {
        if (picture.isBlank) showFrame();
        else overlay.draw(view === "raw" ? null : sceneAt(source.player.shown), tags);
      } else {
        const scene = sceneAt(source.time);
        changed = picture.blank(scene?.size ?? size, BACKGROUND);
        overlay.draw(scene, tags);
      }
      const was = changed;
      changed = false;
      return was;
    },
  };
}
