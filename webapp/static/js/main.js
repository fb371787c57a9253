// The dashboard: creates the panels, passes server messages to them and user actions to the server.

import { get, post, put, remove } from "./api.js";
import { COMPACT, createTheme, watchMedia } from "./appearance.js";
import { createClock } from "./clock.js";
import { h } from "./dom.js";
import { createLatency } from "./latency.js";
import { startLive } from "./live.js";
import { createBanner } from "./panels/banner.js";
import { createBottomSheet } from "./panels/bottom-sheet.js";
import { createCameraPanel } from "./panels/camera/camera.js";
import { createFloorChip } from "./panels/camera/floor-chip.js";
import { createDisplayPanel } from "./panels/display.js";
import { createDropZone } from "./panels/drop.js";
import { createEnginePanel } from "./panels/engine.js";
import { guard, VIEW_ONLY } from "./panels/guard.js";
import { createHeader } from "./panels/header.js";
import { createJointsPanel } from "./panels/joints.js";
import { createRecordingsPanel, describeSaved } from "./panels/recordings.js";
import { createReplayBadge, isReplay } from "./panels/replay.js";
import { createStage } from "./panels/stage.js";
import { createStatsPanel } from "./panels/stats.js";
import { createTabs } from "./panels/tabs.js";
import { createToasts } from "./panels/toasts.js";
import { createVideoPanel } from "./panels/video.js";
import { loadPreferences } from "./preferences.js";
import { createSend } from "./send/send.js";
import { createSource } from "./source/source.js";
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
let compact = false;
let adjustPlace = null; // where the video is while the camera is adjusted on a small screen

/** Performs an action on the server; if it fails, shows a toast and resets the controls to the server's state. */
async function act(work) {
  try {
    return await work();
  } catch (error) {
    toasts.problem(error);
    if (state) showState(state);
    return null;
  }
}

const actions = {
  backend: (choice) => act(() => put("api/backend", choice)),
  cancelSwitch: () => act(() => remove("api/backend")),
  compare: (a, b) => act(() => put("api/comparison", { a, b })),
  endComparison: () => act(() => remove("api/comparison")),
  source: (source) => act(() => put("api/source", { source })),
  settings: (changes) => act(() => put("api/settings", changes)),
  personHeight(id, metres) {
    const { [id]: _, ...others } = state.settings.person_heights_m ?? {};
    const heights = metres === null ? others : { ...others, [id]: metres };
    return actions.settings({ person_heights_m: Object.keys(heights).length > 0 ? heights : null });
  },
  async record(on, video) {
    const answer = await act(() => post("api/recordings", { record: on, video }));
    if (answer?.finished) toasts.news(describeSaved(answer.finished));
  },
  replay: (name) => act(() => put("api/source", { source: `recording:${name}` })),
  preview(calibration) {
    stage.setPreview(calibration !== null);
    live?.viewer?.setPreview(calibration);
    grid.setPreview(calibration);
  },
  adjusting(place) {
    adjustPlace = place;
    placeVideo();
    layout.dataset.large = place && !compact ? "video" : preferences.get("large");
  },
  grid(shown) {
    preferences.set("grid", shown);
    grid.setShown(shown);
  },
};

const header = createHeader({
  source: source.button,
  actions: {
    record: () => actions.record(!state?.recording, recordings.withVideo),
    send: send.open,
    theme: () => theme.toggle(),
  },
});
const stage = createStage({
  onPreset: (name) => live?.viewer?.look(name),
  onFit: () => live?.viewer?.fit(),
  onEnlarge: enlarge,
});
const video = createVideoPanel({
  layers: layers.element,
  view: preferences.get("view"),
  onView: chooseView,
  onEnlarge: enlarge,
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
const recordings = createRecordingsPanel({ actions, problem: toasts.problem });
const stats = createStatsPanel();
const replay = createReplayBadge({ onLive: actions.source });
stage.frame.append(replay.element, floorChip.element);
const guards = [engine, camera, recordings].map((panel) => guard(panel.element));
const drop = createDropZone({ accepts: () => state?.settings && !state.view_only, onFile: source.offerFile });

const sheet = createBottomSheet();
const tabs = createTabs(
  [
    { name: "video", label: "Video", icon: "video", element: h("div", {}) },
    { name: "engine", label: "Engine", icon: "engine", element: guards[0].element },
    { name: "camera", label: "Camera", icon: "camera", element: guards[1].element },
    { name: "display", label: "Display", icon: "display", element: display.element },
    { name: "joints", label: "Joints", icon: "joints", element: joints.element },
    { name: "stats", label: "Stats", icon: "stats", element: stats.element },
    { name: "recordings", label: "Record", icon: "record", element: guards[2].element },
  ],
  { label: "Settings", onChoose: sheet.chosen, aside: sheet.toggle },
);
const side = h("aside", { class: "card side", id: "settings", "aria-label": "Settings", tabindex: "-1" }, tabs.element);
sheet.attach(side, tabs.bar);
const views = h("main", { class: "views" }, stage.element, video.element);
const layout = h("div", { class: "layout", "data-large": preferences.get("large") }, views, side);

document.body.replaceChildren(
  h("a", { class: "skip", href: "#settings" }, "Skip to settings"),
  header.element,
  banner.element,
  layout,
  toasts.element,
  send.element,
  source.element,
  drop.element,
);
watchMedia(COMPACT, (is) => {
  compact = is;
  tabs.setHidden("video", !compact);
  placeVideo();
});
const theme = createTheme({
  preferences,
  onChange(colours) {
    live?.viewer?.setColours(colours);
    stats.refresh();
  },
});

live = await startLive({
  stage,
  banner,
  layers,
  view: preferences.get("view"),
  on: {
    state: showState,
    stats: showStats,
    progress: engine.progress,
    problem: (news) => source.problem(news) || toasts.problem(news),
    video: video.setProblem,
    health: showHealth,
    moment: showMoment,
  },
});
live.show(preferences.get("show"));
theme.apply();

function showState(next) {
  const before = state;
  state = next;
  header.update({ state, stats: state.stats });
  replay.update(state);
  source.update(state);
  if (before?.view_only !== state.view_only) showRole(state.view_only === true);
  if (!state.settings) return;
  engine.update(state);
  camera.update(state);
  floorChip.update(state);
  grid.setCamera(state.camera && { ...state.camera, floor_offset_m: state.settings.floor_offset_m });
  recordings.update(state);
  send.update(state);
  video.setWithheld(withheldIn(state));
  joints.set({
    up: state.camera?.up ?? "+y",
    heights: state.settings.person_heights_m,
    angles: state.settings.angles,
    locked: state.view_only,
  });
  if (JSON.stringify(before?.backend) !== JSON.stringify(state.backend)) refreshBackends();
}

function showRole(viewOnly) {
  for (const one of guards) one.setViewOnly(viewOnly);
  header.setViewOnly(viewOnly, VIEW_ONLY);
  recordings.setViewOnly(viewOnly);
}

let ticks = 0;
function showStats(news) {
  header.update({ state, stats: news });
  header.setLatency(news.source_problem === null ? latency.value : null);
  if (state?.settings) {
    source.update(state);
    recordings.update(state);
    engine.tick(state);
  }
  stats.push(news, latency.value);
  ticks += 1;
  if (ticks % BACKENDS_REFRESH_TICKS === 0) refreshBackends();
}

function showHealth(connected, reason) {
  const broken = connected && (state?.stats?.source_problem ?? null) !== null;
  banner.offerSource(broken && state.view_only === false);
  layout.classList.toggle("no-source", broken);
  if (!connected) header.setStatus("lost", "Reconnecting");
  else if (broken) header.setStatus("waiting", "No source");
  else if (state?.status === "starting") header.setStatus("waiting", "Starting");
  else if (reason) header.setStatus("waiting", "Waiting");
  else if (isReplay(state?.source)) header.setStatus("replay", "Replay");
  else header.setStatus("live", state?.source?.startsWith("upload:") ? "Playing" : "Live");
}

function showMoment(moment, now) {
  latency.observe(moment.wallTime);
  if (tabs.isOpen("joints")) joints.update(moment, now);
}

function refreshBackends() {
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

function placeVideo() {
  if (compact) (adjustPlace ?? tabs.bodyOf("video")).replaceChildren(video.element);
  else views.append(video.element);
}

function enlarge() {
  const large = layout.dataset.large === "video" ? "scene" : "video";
  layout.dataset.large = large;
  preferences.set("large", large);
}

/** A floor that was found is left for the neutral camera; a change by hand is taken back. */
function undoFloor() {
  if (state.camera.format === "estimated") actions.settings({ level: "off" });
  else camera.undo();
}

function openCamera() {
  tabs.select("camera");
  sheet.setOpen(true);
}

function adjustCamera() {
  openCamera();
  camera.adjust();
}

function offerCameraFile(file) {
  openCamera();
  camera.offerFile(file);
}
