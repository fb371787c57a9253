// The sheet that calibrates a camera: print a board, hold it up until the picture is covered, save the lens.

import { address, get, post, remove } from "../../api.js";
import { h, setText } from "../../dom.js";
import { createSheet } from "../sheet.js";
import { sentence } from "../toasts.js";
import { createCoverage } from "./coverage.js";

const PERIOD_MS = 700;
const BOARD = "charuco:5x7:30mm";

/** `onSaved(camera)` is called with the camera as the server describes it; `onProblem(error)` tells an error. */
export function createCalibrate({ onSaved, onProblem }) {
  const coverage = createCoverage();
  const board = h("input", { type: "text", value: BOARD, spellcheck: "false" });
  const print = (paper, label) =>
    h(
      "button",
      {
        class: "button",
        type: "button",
        onclick: () => window.open(pdf(paper), "_blank", "noopener"),
      },
      label,
    );
  const start = h("button", { class: "button primary", type: "button", onclick: begin }, "Start");
  const finish = h("button", { class: "button primary", type: "button", onclick: solve, hidden: true }, "Calculate");
  const save = h("button", { class: "button primary", type: "button", onclick: keep, hidden: true }, "Save");
  const now = h("p", { class: "calibrate-now", role: "status" });
  const missing = h("ul", { class: "calibrate-missing" });
  const result = h("div", { class: "calibrate-result", "aria-live": "polite" });
  const live = h("div", { hidden: true }, coverage.element, now, missing, result);
  let timer = null;

  const sheet = createSheet(
    { title: "Calibrate the camera", size: "wide", onOpen: reset, onClose: end },
    h(
      "ol",
      { class: "calibrate-steps" },
      h("li", {}, "Print the board at 100 %, check its ruler, and glue it to something flat."),
      h("li", {}, "Start, and hold it still in all parts of the picture: near, far, tilted to each side."),
      h("li", {}, "Calculate once the picture is covered, and save."),
    ),
    h(
      "div",
      { class: "row" },
      h("label", { class: "calibrate-board" }, "Board", board),
      print("a4", "Print on A4"),
      print("letter", "Print on Letter"),
    ),
    live,
    h("div", { class: "row" }, start, finish, save),
  );

  const pdf = (paper) =>
    address(`api/calibration/board.pdf?paper=${paper}&board=${encodeURIComponent(board.value.trim())}`);

  function reset() {
    live.hidden = true;
    finish.hidden = true;
    save.hidden = true;
    setText(start, "Start");
    result.replaceChildren();
  }

  async function begin() {
    try {
      show(await post("api/calibration", { board: board.value.trim() }));
    } catch (error) {
      onProblem(error);
      return;
    }
    live.hidden = false;
    setText(start, "Start again");
    clearInterval(timer);
    timer = setInterval(refresh, PERIOD_MS);
  }

  async function refresh() {
    try {
      show(await get("api/calibration"));
    } catch (error) {
      clearInterval(timer);
      onProblem(error);
    }
  }

  async function solve() {
    try {
      show(await post("api/calibration/result"));
    } catch (error) {
      onProblem(error);
    }
  }

  async function keep() {
    try {
      onSaved(await post("api/calibration/save"));
      sheet.close();
    } catch (error) {
      onProblem(error);
    }
  }

  function end() {
    clearInterval(timer);
    timer = null;
    remove("api/calibration").catch(() => {}); // it ends by itself where this does not arrive
  }

  function show(told) {
    if (!told.active) return;
    coverage.update(told);
    const share = Math.round(100 * told.covered);
    setText(
      now,
      `${told.views} of ${told.enough_views} views, ${share} % of the picture. ${sentence(told.told || "taken")}`,
    );
    missing.replaceChildren(...told.missing.map((text) => h("li", {}, sentence(text))));
    finish.hidden = told.views < 8;
    finish.classList.toggle("primary", told.complete);
    if (told.result === null) return;
    result.replaceChildren(...describe(told.result));
    save.hidden = told.result.doubts.length > 0;
  }

  return { element: sheet.element, open: sheet.open };
}

function describe({ fx, fy, cx, cy, fx_sd: sd, rms_px: rms, views, distortion, doubts }) {
  return [
    h(
      "p",
      {},
      `fx ${fx.toFixed(1)} ± ${sd.toFixed(1)}, fy ${fy.toFixed(1)}, centre ${cx.toFixed(1)}, ${cy.toFixed(1)} px`,
    ),
    h("p", {}, `Distortion ${distortion.map((value) => value.toFixed(4)).join(" ") || "none"}`),
    h("p", {}, `${views} views, ${rms.toFixed(2)} px rms`),
    ...doubts.map((text) => h("p", { class: "warning" }, sentence(text))),
  ];
}
