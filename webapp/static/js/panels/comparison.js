// Two backends side by side on the live picture: choose them, see what each costs and how far apart they are, take one.

import { differenceWords, speedWords } from "../difference.js";
import { h, setText } from "../dom.js";
import { selectField } from "../fields.js";
import { createProgress } from "./progress.js";
import { createSides, label, same } from "./sides.js";
import { sentence } from "./toasts.js";

/** `actions`: {compare(a, b), endComparison(), backend(choice)}. */
export function createComparison({ actions }) {
  const form = createForm(actions.compare);
  const loading = createLoading(actions.endComparison);
  const result = createResult({ end: actions.endComparison, use });
  const none = h("p", { class: "help" }, "No comparison is running.");
  const body = h("div", {}, form.element);
  let running = null;

  /** Switches where it has to, and ends the comparison; where the switch is refused, it goes on. */
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

/** Two pickers and a button. */
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
    "Both get the same frames of the live picture, in turn. It goes on meanwhile, a little slower.",
  );
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
    start.disabled = busy || !a || !b || a === b;
    start.title = a && a === b ? "Choose two that differ" : "";
  }

  /** What runs against the next one, until somebody has chosen. */
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
    element: h("div", { class: "stack" }, ...pickers.map(({ element }) => element), start, note),
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
  const progress = createProgress("Progress of loading");
  const stop = h("button", { class: "button wide", type: "button", onclick: onStop }, "Stop");
  return {
    element: h("div", { class: "stack" }, progress.element, stop),
    show: progress.show,
    update(comparison, viewOnly) {
      const title =
        comparison?.status === "loading"
          ? `Loading ${label(comparison.a.asked)} and ${label(comparison.b.asked)}`
          : null;
      progress.update(title, comparison);
      stop.hidden = viewOnly;
    },
  };
}

/** `use(side)` takes one of the two. */
function createResult({ end, use }) {
  const sides = createSides();
  const speed = h("p", { class: "verdict" });
  const difference = h("p", { class: "verdict" });
  const frames = h("p", { class: "help" });
  const help = h(
    "p",
    { class: "help" },
    "px: keypoints in the picture. mm: joints in 3D, pelvis on pelvis. OKS: 1 where keypoints coincide. People: of A’s, found by B too. Neither is the truth.",
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
      setText(speed, speedWords(comparison.a.stage_ms, comparison.b.stage_ms));
      setText(difference, comparison.frames > 0 ? differenceWords(comparison.difference) : "");
      setText(frames, framesWords(comparison));
      for (const button of take) button.disabled = busy;
      setText(close, ended ? "Close" : "Stop");
      buttons.hidden = viewOnly;
    },
  };
}

function framesWords({ frames, status, step }) {
  const compared = `${frames} ${frames === 1 ? "frame" : "frames"} compared${frames > 100 ? ", the figures are of the newest 100" : ""}.`;
  return status === "ended" ? `${compared} Ended: ${sentence(step)}` : compared;
}
