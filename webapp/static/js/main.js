// The dashboard: creates the panels, passes server messages to them and user actions to the server.

import { get } from "./api.js";
import { createTheme } from "./appearance.js";
import { createClock } from "./clock.js";
import { createActions } from "./dashboard/actions.js";
import { createLayout } from "./dashboard/layout.js";
import { createStatus } from "./dashboard/status.js";
import { h } from "./dom.js";
import { createEvents } from "./events/events.js";
import { createLatency } from "./latency.js";
import { startLive } from "./live.js";
import { createMeasure } from "./measure/measure.js";
import { createBanner } from "./panels/banner.js";
import { createCameraPanel } from "./panels/camera/camera.js";
import { createFloorChip } from "./panels/camera/floor-chip.js";
import { createDisplayPanel } from "./panels/display.js";
import { createDropZone } from "./panels/drop.js";
import { createEnginePanel } from "./panels/engine.js";
import { guard, VIEW_ONLY } from "./panels/guard.js";
import { createHeader } from "./panels/header.js";
import { createJointsPanel } from "./panels/joints.js";
import { createRecordingsPanel } from "./panels/recordings.js";
import { createReplayBadge } from "./panels/replay.js";
import { createStage } from "./panels/stage.js";
import { createStatsPanel } from "./panels/stats.js";
import { createToasts } from "./panels/toasts.js";
import { createVideoPanel } from "./panels/video.js";
import { loadPreferences } from "./preferences.js";
import { createSend } from "./send/send.js";
import { createSource } from "./source/source.js";
import { createTime } from "./timeline/time.js";
import { createGridLayer } from "./video/grid-layer.js";
import { createLayers } from "./video/layers.js";
import { withheldIn } from "./video/permission.js";

const BACKENDS_REFRESH_TICKS = 10; // statistics updates between two requests for the backends' measured times

const preferences = loadPreferences();
const latency = createLatency(createClock());
const toasts = createToasts();
const source = createSource({ onCameraFile: offerCameraFile, problem: toasts.problem });
const banner = createBanner({ onSource: source.open });
const send = createSend({ onSees: (sees) => actions.settings({ viewers_see: sees }), problem: toasts.problem });
const layers = createLayers();
const grid = createGridLayer(layers);
let state = null;
let live = null;
let up = "+y"; // the axis that points up in what is shown

const actions = {
  ...createActions({ state: () => state, toasts, reset: () => state && showState(state) }),
  preview(calibration) {
    stage.setPreview(calibration !== null);
    const ofRig = calibration?.for ? calibration : null; // people and floor stay where the other cameras put them
    live?.viewer?.setRigPreview(ofRig);
    live?.viewer?.setPreview(ofRig ? null : calibration);
    grid.setPreview(ofRig ? null : calibration);
  },
  adjusting: (place) => layout.setAdjusting(place),
  replay(name) {
    layout.closeSheet();
    return time.open(name);
  },
  grid(shown) {
    preferences.set("grid", shown);
    grid.setShown(shown);
  },
};

const header = createHeader({
  source: source.button,
  actions: {
    record: () => recordings.record(!state?.recording),
    send: send.open,
    theme: () => theme.toggle(),
  },
});
const stage = createStage({
  onPreset: (name) => live?.viewer?.look(name),
  onFit: () => live?.viewer?.fit(),
  onEnlarge: () => layout.enlarge(),
  onMeasure: () => measure.toggle(),
});
const video = createVideoPanel({
  layers: layers.element,
  view: preferences.get("view"),
  onView: chooseView,
  onCamera: (name) => live?.video.setCamera(name),
  onEnlarge: () => layout.enlarge(),
});
const time = createTime({
  problem: toasts.problem,
  onVideo: video.setProblem,
  onChoose: () => layout.open("recordings"),
  onShare: actions.replayForAll,
});
const measure = createMeasure({
  transport: time.transport,
  loadAngles: () => get("api/angles"),
  toasts,
  onDownload: send.openFiles,
});
const engine = createEnginePanel({ actions, toasts });
const camera = createCameraPanel({ actions, toasts, gridShown: preferences.get("grid") });
grid.setShown(preferences.get("grid"));
const floorChip = createFloorChip({ onAdjust: adjustCamera, onUndo: undoFloor });
const display = createDisplayPanel({ show: preferences.get("show"), onChange: chooseDisplay, toasts });
const joints = createJointsPanel({
  onHeight: actions.personHeight,
  onAngles: (angles) => actions.settings({ angles }),
  loadAngles: () => get("api/angles"),
});
const recordings = createRecordingsPanel({
  openRecording: actions.replay,
  download: (name) => send.openFiles({ name, range: null, person: null, raw: false }),
  toasts,
  loopOf: time.loopOf,
});
const events = createEvents({
  toasts,
  stage: stage.frame,
  viewer: () => live?.viewer ?? null,
  onDrawing: (is) => (is ? layout.closeSheet() : layout.open("events")),
  seek: time.seekLive,
});
const stats = createStatsPanel();
const replay = createReplayBadge({ onLive: actions.source });
stage.frame.append(replay.element, floorChip.element, measure.labels);
const guards = [engine, camera].map((panel) => guard(panel.element));
const drop = createDropZone({ accepts: () => state?.settings && !state.view_only, onFile: source.offerFile });

const layout = createLayout({
  preferences,
  stage: stage.element,
  video: video.element,
  time: h("div", {}, time.bar, measure.element),
  panels: {
    engine: guards[0].element,
    camera: guards[1].element,
    recordings: recordings.element,
    display: display.element,
    joints: joints.element,
    events: events.element,
    stats: stats.element,
  },
});

const status = createStatus({ header, layout, banner, transport: time.transport, latency });

document.body.replaceChildren(
  h("a", { class: "skip", href: "#settings" }, "Skip to settings"),
  header.element,
  banner.element,
  layout.element,
  toasts.element,
  send.element,
  source.element,
  drop.element,
);
layout.start();
const theme = createTheme({
  preferences,
  onChange(colours) {
    live?.viewer?.setColours(colours);
    stats.refresh();
    measure.setTheme();
  },
});

live = await startLive({
  stage,
  banner,
  layers,
  view: preferences.get("view"),
  timeline: time,
  on: {
    state: showState,
    stats: showStats,
    progress: engine.progress,
    problem: (news) => source.problem(news) || toasts.problem(news),
    video: video.setProblem,
    health: status.setHealth,
    camera: showCamera,
    pick: measure.pick,
    scene(scene) {
      events.see(scene);
      video.see(scene);
      stats.see(scene);
    },
    moment: showMoment,
  },
});
live.show(preferences.get("show"));
measure.attach(live, layers);
theme.apply();

function showState(next) {
  const before = state;
  state = next;
  status.update(state);
  replay.update(state);
  time.update(state);
  events.update(state);
  source.update(state);
  if (before?.view_only !== state.view_only) showRole(state.view_only === true);
  if (!state.settings) return;
  engine.update(state);
  camera.update(state);
  floorChip.update(state);
  recordings.update(state);
  send.update(state);
  video.setWithheld(withheldIn(state));
  showJoints();
  if (JSON.stringify(before?.backend) !== JSON.stringify(state.backend)) refreshBackends();
}

/** The camera of what is shown: live, or of a recording. */
function showCamera(shown) {
  up = shown.up;
  grid.setCamera(shown);
  measure.setCamera(shown);
  if (state?.settings) showJoints();
}

/** People of another time than now have no settings. */
function showJoints() {
  const { person_heights_m: heights, angles } = state.settings;
  joints.set({ up, heights, angles, locked: state.view_only || !time.transport.isLive });
}

function showRole(viewOnly) {
  for (const one of guards) one.setViewOnly(viewOnly);
  header.setViewOnly(viewOnly, VIEW_ONLY);
  recordings.setViewOnly(viewOnly);
}

let ticks = 0;
function showStats(news) {
  if (state) status.update(state);
  if (state?.settings) {
    source.update(state);
    recordings.update(state);
    engine.tick(state);
  }
  stats.push(news, latency.value);
  ticks += 1;
  if (ticks % BACKENDS_REFRESH_TICKS === 0) refreshBackends();
}

function showMoment(moment, now) {
  if (time.transport.isLive) latency.observe(moment.wallTime);
  if (layout.isOpen("joints")) joints.update(moment, now);
  measure.tick(moment, now);
}

function refreshBackends() {
  if (state?.relay) return; // whose engine is elsewhere
  get("api/backends").then(
    (answer) => engine.setBackends(answer),
    () => {},
  );
}

function chooseView(view) {
  preferences.set("view", view);
  live?.video.setView(view);
}

function chooseDisplay(show) {
  preferences.set("show", show);
  live?.show(show);
}

/** A floor that was found is left for the neutral camera; a change by hand is taken back. */
function undoFloor() {
  if (state.camera.format === "estimated") actions.settings({ level: "off" });
  else camera.undo();
}

function adjustCamera() {
  layout.open("camera");
  camera.adjust();
}

function offerCameraFile(file) {
  layout.open("camera");
  camera.offerFile(file);
}
