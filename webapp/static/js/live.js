// What both pages share: the timeline fed by the connection, the picture, the 3D view, and saying when they stand still.

import { get } from "./api.js";
import { connect } from "./connection.js";
import { sentence } from "./panels/toasts.js";
import { createPicture } from "./video/picture.js";
import { openStream } from "./video/stream.js";
import { createTimeline } from "./timeline.js";

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
 * Starts everything. `stage` and `banner` are panels; `on`: {state, stats, progress, problem, moment, video}, each
 * optional. `view` is which pictures to ask for.
 */
export async function goLive({ stage, banner, pictureCanvas, view, on }) {
  const timeline = createTimeline();
  const picture = createPicture(pictureCanvas, timeline);
  let state = null;
  let connected = false;
  let why = "";
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
    if (state?.status === "starting") return starting;
    if (moment.frame < 0) return connected ? "Waiting for the first frame" : "Connecting";
    return moment.count === 0 ? "Nobody is in view" : null;
  }

  if (!viewer) stage.setNote("This browser has no WebGL, which the 3D view needs. The video works all the same.");

  function take(next) {
    const first = state === null;
    state = { ...state, ...next };
    const { camera, settings } = state;
    if (camera) viewer?.setCamera({ ...camera, floor_offset_m: settings?.floor_offset_m ?? 0 });
    on.state?.(state, first);
    report();
  }

  /** One line says why the picture stands still, the most important reason first. */
  function report() {
    const reason = !connected ? lostReason(why) : state?.stats?.source_problem ?? null;
    banner.show(reason);
    stage.setDimmed(reason !== null);
    on.health?.(connected, reason);
  }

  const connection = connect({
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
      // The state that comes with the connection knows nothing of who asks; this one does.
      get("api/state").then(take, () => {});
      report();
    },
    lost(reason) {
      connected = false;
      why = reason;
      report();
    },
  });

  const stream = openStream({ view, onPicture: picture.add, onStatus: (message) => on.video?.(message) });
  return { viewer, timeline, stream, connection };
}

function lostReason(why) {
  if (/token|unauthor|401|403/i.test(why)) return "the server wants a token: open the link that it printed when it started, or load this page again to sign in";
  return "the connection is lost; this is the last scene, and it goes on by itself when the server is back";
}
