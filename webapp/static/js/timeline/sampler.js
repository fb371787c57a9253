// What is shown at the transport's time: the one way for scenes to the 3D view, live or not.

import { blend, createMoment, fill } from "./moment.js";
import { SAME_TIME_S } from "./reel.js";

/** Scenes farther apart are not interpolated, seconds: nobody knows what was between them. */
const LONGEST_GAP_S = 0.5;

/** `timeline` plays live scenes; `sample` is as its own. */
export function createSampler({ timeline, transport, liveTape }) {
  const earlier = { scene: null, moment: createMoment() };
  const later = { scene: null, moment: createMoment() };

  function filled(buffer, scene) {
    if (buffer.scene !== scene) fill(buffer.moment, scene);
    buffer.scene = scene;
    return buffer.moment;
  }

  function sampleLive(now, out, smooth) {
    const known = timeline.sample(now, out, smooth);
    if (known) transport.observe(liveTape.timeAt(out.wallTime));
    return known;
  }

  /** Between two scenes while playing; a scene as it is while paused, so that what is read is what was recorded. */
  function sampleTape(out, smooth) {
    const { tape, time, playing } = transport;
    const scene = tape.at(time);
    if (!scene) return false;
    const next = smooth && playing ? tape.after(time) : null;
    const from = filled(earlier, scene);
    const gap = next ? next.time - tape.timeOf(scene) : 0;
    if (gap > SAME_TIME_S && gap < LONGEST_GAP_S) {
      const share = Math.min(Math.max((time - tape.timeOf(scene)) / gap, 0), 1);
      blend(from, filled(later, next.scene), share, out);
    } else blend(from, from, 1, out);
    return true;
  }

  return {
    sample(now, out, smooth = true) {
      transport.tick(now);
      return transport.isLive ? sampleLive(now, out, smooth) : sampleTape(out, smooth);
    },
  };
}
