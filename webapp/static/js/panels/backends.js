// Chooses backend, device and precision; shows measured times, and why a backend is not available.

import { h, setText } from "../dom.js";
import { selectField } from "../fields.js";
import { backendName, milliseconds } from "../format.js";
import { icon } from "../icons.js";
import { createProgress } from "./progress.js";
import { sentence } from "./toasts.js";

const PRECISION_NOTES = {
  int8: "8-bit integers, fastest on most CPUs",
  fp16: "16-bit",
  bf16: "16-bit",
  fp32: "32-bit, the reference",
};

/** `onChoose({name, device?, precision?})`. */
export function createBackends({ onChoose }) {
  const list = h("div", { class: "backend-list", role: "group", "aria-label": "Backend" });
  const device = selectField({ label: "Device", onChange: (value) => onChoose({ name: current.name, device: value }) });
  const precision = selectField({
    label: "Precision",
    onChange: (value) => onChoose({ name: current.name, device: current.device, precision: value }),
  });
  const progress = createProgress("Backend switch progress");
  const help = h(
    "p",
    { class: "help" },
    "Missing models are built once, in the background, while the current backend keeps running.",
  );
  const fallbackReason = h("span", {});
  const fallback = h("p", { class: "warning", hidden: true }, icon("warning"), fallbackReason);
  const element = h(
    "div",
    {},
    progress.element,
    fallback,
    list,
    h("div", { class: "pair" }, device.element, precision.element, help),
  );
  let current = {};
  let known = [];
  let busy = false;
  let drawn = "";

  function draw() {
    drawList();
    const running = known.find(({ name }) => name === current.name);
    device.setOptions((running?.devices ?? []).map((name) => [name, name]));
    device.set(current.device);
    precision.setOptions((running?.precisions ?? []).map((name) => [name, precisionLabel(running, name)]));
    precision.set(current.precision);
    device.control.disabled = precision.control.disabled = busy;
  }

  function drawList() {
    const key = JSON.stringify([known, current, busy]);
    if (key === drawn) return;
    drawn = key;
    const focused = document.activeElement?.dataset?.backend;
    list.replaceChildren(...known.map((backend) => card(backend)));
    if (focused) list.querySelector(`[data-backend="${focused}"]`)?.focus();
  }

  function card(backend) {
    const { name, available, reason, devices, precisions, version } = backend;
    const runs = name === current.name;
    const fastest = bestOf(backend);
    const detail = available
      ? [devices.join(", "), precisions.join(" "), version].filter(Boolean).join(" · ")
      : sentence(reason ?? "not available on this machine");
    return h(
      "button",
      {
        class: "backend",
        type: "button",
        "data-backend": name,
        "aria-pressed": String(runs),
        disabled: !available || busy,
        title: available ? null : detail,
        onclick: () => {
          if (!runs) onChoose({ name });
        },
      },
      h("span", { class: "backend-name" }, backendName(name), runs ? h("span", { class: "tag" }, "running") : null),
      h("span", { class: "backend-cost" }, fastest === null ? "" : milliseconds(fastest)),
      h("span", { class: "help" }, detail),
    );
  }

  function precisionLabel(backend, name) {
    const measured = backend.measured_ms?.[`${current.device}/${name}`];
    return `${name} · ${measured ? milliseconds(measured) : (PRECISION_NOTES[name] ?? "not measured yet")}`;
  }

  return {
    element,
    setBackends(backends) {
      known = backends;
      draw();
    },
    update(state) {
      current = state.backend ?? {};
      busy = state.switching !== null && state.switching !== undefined;
      progress.update(busy ? task(state) : null, state.switching);
      fallback.hidden = !state.fallback;
      setText(fallbackReason, sentence(state.fallback ?? ""));
      draw();
    },
    progress: progress.show,
  };
}

/** Milliseconds of the fastest combination measured so far; null if none was measured. */
function bestOf({ measured_ms: measured = {} }) {
  const values = Object.values(measured);
  return values.length ? Math.min(...values) : null;
}

const task = ({ status, switching }) =>
  status === "starting" ? "Starting" : `Switching to ${backendName(switching.to)}`;
