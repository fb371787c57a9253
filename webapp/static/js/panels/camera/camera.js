// The source's camera: which one it is, its file, adjustments by hand, and the last change's Undo.

import { address, get, post, put, remove } from "../../api.js";
import { h, setText } from "../../dom.js";
import { section, selectField, switchField } from "../../fields.js";
import { icon } from "../../icons.js";
import { sentence } from "../toasts.js";
import { createAdjust } from "./adjust.js";
import { createCalibrate } from "./calibrate.js";
import { compare, warning } from "./calibration.js";
import { createFiles } from "./files.js";
import { createLens } from "./lens.js";
import { createWhich } from "./which.js";

const NEUTRAL = "neutral";
const REFERENCE = "reference";
const OWN = "own";
const OWN_NAMES = { adjusted: "Adjusted by hand", calibrated: "Calibrated with a board" };

/**
 * `actions`: {settings(changes), preview(calibration with floor_offset_m | null), grid(shown), adjusting(place for
 * the video | null)}; `toasts`: {news, problem}; `gridShown`: whether the floor's grid is over the video at first.
 */
export function createCameraPanel({ actions, toasts, gridShown = false }) {
  const news = h("span", {});
  const undo = h("button", { class: "button small", type: "button", onclick: takeBack }, "Undo");
  const head = h("div", { class: "done camera-head", role: "status", hidden: true }, news, undo);
  const facts = h("div", {});
  const floor = h("p", { class: "help floor-status", hidden: true });
  const outcome = h("div", { class: "outcome", "aria-live": "polite" });
  const which = createWhich(() => {
    files.discard();
    describe();
  });
  const choice = selectField({ label: "Camera of this source", onChange: choose });
  const files = createFiles({
    outcome,
    pathOf: (query) => which.path(query),
    cameraInUse: async () => camera ?? get(which.path()),
    floorOffset: () => settings.floor_offset_m,
    onPreview: (next) => preview(next && { ...next, ...(which.name && { for: which.name }) }),
    onApply: apply,
  });
  const adjust = createAdjust({
    onPreview: (next) => preview(next && { ...next, floor_offset_m: settings.floor_offset_m }),
    onApply: (change) => apply(change, "Camera adjusted"),
    onProblem: toasts.problem,
    onOpen: (place) => actions.adjusting(place),
    onClose() {
      actions.adjusting(null);
      adjustButton.focus();
    },
  });
  const adjustButton = h("button", { class: "button", type: "button", onclick: openAdjust }, "Adjust");
  const calibrate = createCalibrate({
    onSaved: (next) => apply(async () => next, "Camera calibrated"),
    onProblem: toasts.problem,
  });
  const calibrateButton = h("button", { class: "button", type: "button", onclick: calibrate.open }, "Calibrate…");
  const download = h(
    "a",
    { class: "button", href: address("api/extrinsics?download=1"), download: "extrinsics.json" },
    icon("download"),
    "Download",
  );
  const automatic = switchField({
    label: "Find the floor from people",
    help: "Tilt, roll and height, from people who stand or walk. A camera file, or your own choice, comes first.",
    onChange: (on) => actions.settings({ level: on ? "auto" : "off" }),
  });
  const grid = switchField({
    label: "Floor grid over the video",
    help: "One line per metre, and the horizon: where they lie on the floor, the camera is right.",
    onChange: (on) => actions.grid(on),
  });
  grid.set(gridShown);
  const lens = createLens({ settings: actions.settings });

  const element = h(
    "div",
    { class: "panel" },
    head,
    section(
      "Position",
      which.element,
      choice.element,
      facts,
      floor,
      h("div", { class: "row" }, adjustButton, calibrateButton, download),
      adjust.element,
      outcome,
      ...files.elements,
      h("p", { class: "help" }, "Accepts JSON, YAML, XML, TOML and text files of most calibration programs."),
    ),
    section("Floor", automatic.element, grid.element),
    ...lens.elements,
    calibrate.element,
  );

  let camera = null; // of the newest frame
  let settings = null;
  let drawn = "";

  function preview(next) {
    actions.preview(next);
  }

  function tell(text) {
    setText(news, text);
    head.hidden = false;
    head.scrollIntoView({ block: "nearest" });
  }

  function choose(value) {
    if (value === NEUTRAL) apply(() => remove(which.path()), which.name ? "As the rig's file says" : "No camera file");
    else if (value === REFERENCE) apply(() => put("api/extrinsics", { name: REFERENCE }), "Reference demo's room");
  }

  /** `known`: warnings that the preview has shown already. */
  async function apply(change, text, known = []) {
    let answer;
    try {
      answer = await change();
    } catch (error) {
      files.refuse(error);
      return;
    }
    preview(null);
    describe();
    undo.hidden = false;
    outcome.replaceChildren(...answer.warnings.filter((one) => !known.includes(one)).map(warning));
    tell(text);
  }

  async function takeBack() {
    adjust.close();
    try {
      await post("api/extrinsics/undo");
      outcome.replaceChildren();
      head.hidden = true;
      toasts.news("Previous camera restored");
    } catch (error) {
      toasts.problem(error);
    }
  }

  function openAdjust() {
    if (camera === null) return;
    outcome.replaceChildren();
    adjust.open(camera);
    preview({ ...camera, floor_offset_m: settings.floor_offset_m });
    adjust.element.scrollIntoView({ block: "nearest" });
  }

  function showChoice() {
    const { format, name } = camera;
    const named = format === "named";
    const own = !camera.default && !named;
    const neutral = format === "source" ? "The source's own" : "No camera file";
    choice.setOptions([
      [NEUTRAL, which.name ? "As the rig's file says" : neutral],
      ...(which.name ? [] : [[REFERENCE, "Reference demo's room"]]),
      ...(own ? [[OWN, OWN_NAMES[format] ?? (name ? `Camera file: ${name}` : "Camera file")]] : []),
    ]);
    choice.set(own ? OWN : named ? REFERENCE : NEUTRAL);
  }

  /** Of a rig, the state tells the first camera only. */
  async function describe() {
    const { name } = which;
    if (name === null) return;
    try {
      const told = await get(which.path());
      if (which.name === name) show({ ...told });
    } catch (error) {
      toasts.problem(error);
    }
  }

  function show(next) {
    camera = next;
    showChoice();
    const key = JSON.stringify(camera);
    if (key === drawn) return;
    drawn = key;
    facts.replaceChildren(compare(camera));
  }

  function showFloor({ camera: seen, floor: found }) {
    const told = seen.source !== "file" && found && found.state !== "off";
    floor.hidden = !told;
    if (told) setText(floor, sentence(`floor: ${found.reason || found.state}`));
  }

  return {
    element,
    offerFile(file) {
      adjust.close();
      return files.offerFile(file);
    },
    adjust: openAdjust,
    undo: takeBack,

    update(state) {
      settings = state.settings;
      lens.update(state);
      which.update(state.relay ? [] : state.stats.cameras); // a relay knows the first camera only
      adjustButton.hidden = calibrateButton.hidden = which.name !== null;
      choice.element.querySelector("label").textContent = which.name ? "Its calibration" : "Camera of this source";
      download.href = address(which.path({ download: "1" }));
      download.download = which.name ? `${which.name}.json` : "extrinsics.json";
      automatic.set(settings.level !== "off");
      adjustButton.disabled = state.camera === null;
      undo.hidden = !state.camera?.can_undo;
      if (undo.hidden) head.hidden = true;
      else if (head.hidden) {
        setText(news, "The camera was changed");
        head.hidden = state.camera.format === "estimated"; // the chip over the 3D view says it
      }
      if (state.camera === null) return;
      showFloor(state);
      if (which.name === null) show(state.camera);
      else describe();
    },
  };
}
