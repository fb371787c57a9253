// What both pages share: the timeline fed by the connection, the picture, the 3D view, and saying when they stand still.

import { get } from "./api.js";
import { connect } from "./connection.js";
import { sentence } from "./panels/toasts.js";
import { standstill } from "./standstill.js";
import { createTimeline } from "./timeline.js";
import { createPicture } from "./video/picture.js";
import { openStream } from "./video/stream.js";

const LOOK_MS = 1000;
const ROLE_RETRY_MS = 2000;
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Without WebGL the pictures still play. */
async function createView(options) {
  try {
    const { createViewer } = await import("./scene/viewer.js");
    return createViewer(options);
  } catch (error) {
    console.warn(`no 3D view: ${error.message}`);
    const draw = (now) => {
      options.picture.show(Number.MAX_SAFE_INTEGER, now);
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
    return null;
  }
}

/**
 * Starts everything. `stage` and `banner` are panels; `on`: {state, stats, progress, problem, moment, video, health},
 * each optional. `view` is which pictures to ask for.
 */
export async function goLive({ stage, banner, pictureCanvas, view, on }) {
  const timeline = createTimeline();
  const picture = createPicture(pictureCanvas, timeline);
  let state = null;
  let connected = false;
  let lost = null; // what the connection said of its end; null while connected, and before it first was
  let starting = "Starting";

  const viewer = await createView({
    canvas: stage.canvas,
    timeline,
    picture,
    reducedMotion,
    onView: stage.setView,
    onMoment: (moment, hovered) => {
      const now = performance.now();
      stage.describe(moment, hovered, now);
      stage.setNote(note(moment));
      on.moment?.(moment, now);
    },
  });

  /** What to say where nobody is to be seen. */
  function note(moment) {
    if (state?.status === "starting") return state.switching ? starting : "Starting";
    if (moment.frame < 0) return connected ? "Waiting for the first frame" : "Connecting";
    return moment.count === 0 ? "Nobody is in view" : null;
  }

  if (!viewer) stage.setNote("This browser has no WebGL, which the 3D view needs. The video works all the same.");

  function take(next) {
    state = { ...state, ...next };
    const { camera, settings } = state;
    if (camera) viewer?.setCamera({ ...camera, floor_offset_m: settings?.floor_offset_m ?? 0 });
    on.state?.(state);
    report();
  }

  function report() {
    if (!connected && lost === null) return;
    const reason = standstill({ lost, state, silence: timeline.silence(performance.now()) });
    banner.show(reason);
    stage.setDimmed(reason !== null);
    on.health?.(connected, reason);
  }

  /** Who asks is not in the state that comes by itself; the rest of this answer may be older than what came. */
  async function learnRole() {
    try {
      const { view_only } = await get("api/state");
      take({ view_only });
    } catch {
      if (connected) setTimeout(learnRole, ROLE_RETRY_MS);
    }
  }

  connect({
    scene: (scene) => timeline.push(scene, performance.now()),
    state: take,
    stats(stats) {
      if (state) Object.assign(state, { stats, recording: stats.recording, comparison: stats.comparison });
      on.stats?.(stats);
      report();
    },
    progress(progress) {
      if (progress.task === "start") starting = sentence(progress.message || progress.step);
      on.progress?.(progress);
    },
    problem: (problem) => on.problem?.(problem),
    connected() {
      connected = true;
      lost = null;
      learnRole();
      report();
    },
    lost(reason) {
      connected = false;
      lost = reason;
      report();
    },
  });

  setInterval(report, LOOK_MS); // silence says nothing

  const stream = openStream({ view, onPicture: picture.add, onStatus: (message) => on.video?.(message) });
  return { viewer, stream };
}
