// What both pages share: the connection that feeds the timeline, the video, the 3D view, and the stall warning.

import { get } from "./api.js";
import { connect } from "./connection.js";
import { missingOf } from "./missing.js";
import { sentence } from "./panels/toasts.js";
import { stallReason } from "./stall.js";
import { createMoment } from "./timeline/moment.js";
import { createTimeline } from "./timeline/timeline.js";
import { withheldAtStart, withheldIn } from "./video/permission.js";
import { createVideo } from "./video/video.js";

const HEALTH_CHECK_MS = 1000;
const ROLE_RETRY_MS = 2000;
/** CSS pixels, width and height, into which the picture in the 3D view fits, except through the camera. */
const FRUSTUM_PX = [448, 252];
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Without WebGL, the video still plays. */
async function createView(options) {
  try {
    const { createViewer } = await import("./scene/viewer.js");
    return createViewer(options);
  } catch (error) {
    console.warn(`no 3D view: ${error.message}`);
    const moment = createMoment();
    const draw = (now) => {
      options.timeline.sample(now, moment, false);
      options.picture.show(moment.frame, now);
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
    return null;
  }
}

const liveCamera = (state) =>
  state?.camera ? { ...state.camera, floor_offset_m: state.settings?.floor_offset_m ?? 0 } : null;

/**
 * Starts everything. `stage` and `banner` are panels; `on`: {state, stats, progress, problem, moment, video, health,
 * camera, pick, scene}, each optional. `layers` are the video's, `view` is what they show. `timeline` plays the scenes:
 * by default as they arrive; the dashboard's is as in timeline/time.js.
 */
export async function startLive({ stage, banner, layers, view, on, timeline = createTimeline() }) {
  const onStatus = (message) => on.video?.(message);
  const video = createVideo({
    layers,
    silence: timeline.silence,
    onStatus,
    view,
    onPicture: timeline.keepPicture,
  });
  video.setWithheld(withheldAtStart);
  let look = "overview";
  let frustumShown = false;
  let state = null;
  let connected = false;
  let lost = null; // why the connection ended; null while connected, and before the first connection
  let starting = "Starting";
  let elsewhen = null; // what is shown of another time than now
  let recordedCamera = null; // of a scene of another time, where it says

  const viewer = await createView({
    canvas: stage.canvas,
    timeline,
    picture: {
      canvas: video.canvas,
      show(frame, now) {
        followTime();
        return video.show(frame, now);
      },
    },
    reducedMotion,
    onView(name) {
      stage.setView(name);
      look = name;
      tellNeeded();
    },
    onPick: (id, joint) => on.pick?.(id, joint),
    onMoment: (moment, hovered) => {
      const now = performance.now();
      stage.describe(moment, hovered, now);
      stage.setNote(note(moment));
      stage.summarize(moment, now);
      on.moment?.(moment, now);
    },
  });

  /** Tells the video how large its picture is in the 3D view. */
  function tellNeeded() {
    const { clientWidth, clientHeight } = stage.canvas;
    const box = look === "camera" ? [clientWidth, clientHeight] : FRUSTUM_PX;
    video.setElsewhere(viewer && frustumShown ? box : [0, 0]);
  }

  new ResizeObserver(tellNeeded).observe(stage.canvas);

  /** The message in the empty 3D view; null while people are shown. */
  function note(moment) {
    if (elsewhen) return elsewhen.waiting ? "Loading" : moment.count === 0 ? "No one in view" : null;
    const trouble = state?.stats?.source_problem ?? null;
    if (trouble !== null) return moment.frame < 0 ? sentence(trouble) : "The last scene before the source stopped";
    if (state?.status === "starting") return state.switching ? starting : "Starting";
    if (moment.frame < 0) return connected ? "Waiting for the first frame" : "Connecting";
    return moment.count === 0 ? "No one in view" : null;
  }

  /** Shows the camera of what is shown, and its pictures: of the recording, or live. */
  function followTime() {
    const before = elsewhen;
    elsewhen = timeline.elsewhen?.() ?? null;
    const camera = elsewhen?.camera ?? null;
    if (elsewhen === before && camera === recordedCamera) return;
    recordedCamera = camera;
    showCamera();
    if (elsewhen === before) return;
    video.setElsewhen(elsewhen);
    reportHealth();
  }

  function showCamera() {
    const camera = recordedCamera ?? liveCamera(state);
    if (!camera) return;
    viewer?.setCamera(camera);
    on.camera?.(camera);
  }

  if (!viewer) stage.setNote("The 3D view requires WebGL, which this browser does not offer. The video still works.");

  function applyState(next) {
    state = { ...state, ...next };
    showCamera();
    video.setWithheld(withheldIn(state));
    on.state?.(state);
    reportHealth();
  }

  function reportHealth() {
    if (!connected && lost === null) return;
    const silence = timeline.silence(performance.now());
    const reason = stallReason({ lost, state, silence, away: elsewhen !== null });
    banner.show(reason);
    stage.setDimmed(reason !== null);
    on.health?.(connected, reason);
  }

  /** The visitor's role is not part of pushed state; the rest of this answer may be older than what was pushed. */
  async function fetchRole() {
    try {
      const { view_only } = await get("api/state");
      applyState({ view_only });
    } catch {
      if (connected) setTimeout(fetchRole, ROLE_RETRY_MS);
    }
  }

  connect({
    scene(scene) {
      timeline.push(scene, performance.now());
      video.push(scene);
      on.scene?.(scene);
      viewer?.setRig(scene);
    },
    state: applyState,
    stats(stats) {
      if (state) Object.assign(state, { stats, recording: stats.recording, comparison: stats.comparison });
      const missing = missingOf(stats.cameras);
      video.setMissing(missing);
      viewer?.setMissing(missing);
      on.stats?.(stats);
      reportHealth();
    },
    progress(progress) {
      if (progress.task === "start") starting = sentence(progress.message || progress.step);
      on.progress?.(progress);
    },
    problem: (problem) => on.problem?.(problem),
    connected() {
      connected = true;
      lost = null;
      fetchRole();
      reportHealth();
    },
    lost(reason) {
      connected = false;
      lost = reason;
      reportHealth();
    },
  });

  setInterval(reportHealth, HEALTH_CHECK_MS); // a stall raises no event

  return {
    viewer,
    video,

    /** Booleans by name: what is displayed. */
    show(choice) {
      viewer?.show(choice);
      video.setTags(choice.tags);
      frustumShown = choice.camera;
      tellNeeded();
    },
  };
}
