// Compares two backends on live frames: choose them, see their speed and how their results differ, and use one.

import { describeDifference, describeSpeed } from "../difference.js";
import { h, setText, uniqueId } from "../dom.js";
import { selectField } from "../fields.js";
import { createComparisonTable, label, same } from "./comparison-table.js";
import { createProgress } from "./progress.js";
import { sentence } from "./toasts.js";

/** `actions`: {compare(a, b), endComparison(), backend(choice)}. */
export function createComparison({ actions }) {
  const form = createForm(actions.compare);
  const loading = createLoading(actions.endComparison);
  const result = createResult({ end: actions.endComparison, use });
  const none = h("p", { class: "help" }, "No comparison is running.");
  const body = h("div", {}, form.element);
  let running = null;

  /** Switches to that side if needed and ends the comparison; if the switch is refused, the comparison continues. */
  async function use(side) {
    if (!same(side.runs, running) && (await actions.backend(side.asked)) === null) return;
    await actions.endComparison();
  }

  function show(element) {
    if (body.firstChild === element) return;
    const focused = body.contains(document.activeElement);
    body.replaceChildren(element);
    if (focused) element.querySelector("button:not(:disabled)")?.focus();
  }

  return {
    element: body,
    setBackends: form.setBackends,
    progress: loading.show,
    update({ comparison = null, backend, switching, view_only: viewOnly, status }) {
      running = backend;
      form.update(backend, switching !== null || status === "starting");
      if (comparison === null) show(viewOnly ? none : form.element);
      else if (comparison.status === "loading") show(loading.element);
      else show(result.element);
      loading.update(comparison, viewOnly === true);
      if (comparison !== null)
        result.update(comparison, { running, busy: switching !== null, viewOnly: viewOnly === true });
    },
  };
}

/** The form: two pickers and a button. */
function createForm(onStart) {
  const pickers = ["A", "B"].map((side) => selectField({ label: side, onChange: check }));
  const start = h(
    "button",
    { class: "button wide", type: "button", onclick: () => onStart(...pickers.map(chosen)) },
    "Compare",
  );
  const note = h(
    "p",
    { class: "help" },
    "Both process the same live frames in turn. The live view keeps running, slightly slower.",
  );
  const reason = h("p", { class: "help reason", id: uniqueId("reason"), role: "status" });
  start.setAttribute("aria-describedby", reason.id);
  let choices = [];
  let known = [];
  let running = null;
  let busy = false;
  let touched = false;
  for (const { control } of pickers)
    control.addEventListener("change", () => {
      touched = true;
    });

  const chosen = ({ control }) => choices[Number(control.value)];

  function check() {
    const [a, b] = pickers.map(chosen);
    const why = whyNot(a, b);
    start.disabled = why !== null;
    setText(reason, why ?? "");
    reason.hidden = why === null;
  }

  /** Why they cannot be compared now; null if they can. */
  function whyNot(a, b) {
    if (busy) return "Wait until the new backend runs, or cancel the switch.";
    if (choices.length < 2) return "There is only one backend and precision here.";
    return !a || !b || a === b ? "Choose two that differ." : null;
  }

  /** Preselects the running backend and another one, until the user has chosen. */
  function preset() {
    const at = Math.max(
      0,
      choices.findIndex((choice) => same(choice, running)),
    );
    pickers[0].set(String(at));
    pickers[1].set(String(at === 0 ? 1 : 0));
  }

  function offer() {
    const before = pickers.map(chosen);
    choices = known
      .filter(({ available }) => available)
      .flatMap(({ name, devices, precisions }) =>
        devices.flatMap((device) => precisions.map((precision) => ({ name, device, precision }))),
      );
    for (const picker of pickers) picker.setOptions(choices.map((choice, i) => [String(i), label(choice)]));
    if (touched)
      pickers.forEach((picker, i) =>
        picker.set(
          String(
            Math.max(
              0,
              choices.findIndex((choice) => same(choice, before[i])),
            ),
          ),
        ),
      );
    else preset();
    check();
  }

  return {
    element: h("div", { class: "stack" }, ...pickers.map(({ element }) => element), start, reason, note),
    setBackends(backends) {
      known = backends;
      offer();
    },
    update(backend, isBusy) {
      if (!touched && !same(backend, running)) {
        running = backend;
        preset();
      }
      busy = isBusy;
      check();
    },
  };
}

function createLoading(onStop) {
  const progress = createProgress("Loading progress", onStop);
  return {
    element: progress.element,
    show: progress.show,
    update(comparison, viewOnly) {
      const title =
        comparison?.status === "loading"
          ? `Loading ${label(comparison.a.asked)} and ${label(comparison.b.asked)}`
          : null;
      progress.update(title, comparison, !viewOnly);
    },
  };
}

/** `use(side)` switches to one of the two, `end()` closes the comparison. */
function createResult({ end, use }) {
  const sides = createComparisonTable();
  const speed = h("p", { class: "verdict" });
  const difference = h("p", { class: "verdict" });
  const frames = h("p", { class: "help" });
  const help = h(
    "p",
    { class: "help" },
    "px: distance of 2D keypoints. mm: distance of 3D joints, aligned at the pelvis. OKS: object keypoint similarity, ",
    "1 if identical. Neither side is ground truth.",
  );
  let now = null;
  const take = ["a", "b"].map((side) =>
    h("button", { class: "button", type: "button", onclick: () => use(now[side]) }, `Use ${side.toUpperCase()}`),
  );
  const close = h("button", { class: "button", type: "button", onclick: end });
  const buttons = h("div", { class: "row choices" }, ...take, close);
  return {
    element: h("div", { class: "stack" }, sides.element, speed, difference, buttons, frames, help),
    update(comparison, { running, busy, viewOnly }) {
      now = comparison;
      const ended = comparison.status === "ended";
      sides.update(comparison, running);
      setText(speed, describeSpeed(comparison.a.stage_ms, comparison.b.stage_ms));
      setText(difference, comparison.frames > 0 ? describeDifference(comparison.difference) : "");
      setText(frames, describeFrames(comparison));
      for (const button of take) button.disabled = busy;
      setText(close, ended ? "Close" : "Stop");
      buttons.hidden = viewOnly;
    },
  };
}

function describeFrames({ frames, status, step }) {
  const latest = frames > 100 ? " (figures from the latest 100)" : "";
  const compared = `${frames} ${frames === 1 ? "frame" : "frames"} compared${latest}.`;
  return status === "ended" ? `${compared} Ended: ${sentence(step)}` : compared;
}
