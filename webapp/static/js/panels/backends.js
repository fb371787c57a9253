// Chooses backend, device and precision by hand; shows measured times, and why a backend is not available.

import { h } from "../dom.js";
import { selectField } from "../fields.js";
import { backendName, milliseconds } from "../format.js";
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
  const help = h(
    "p",
    { class: "help" },
    "Missing models are built once, in the background, while the current backend keeps running.",
  );
  const element = h("div", {}, list, h("div", { class: "pair" }, device.element, precision.element, help));
  let current = {};
  let wanted = {}; // what is being loaded, until it runs
  let known = [];
  let busy = false;
  let drawn = "";

  function draw() {
    drawList();
    const shown = known.find(({ name }) => name === (wanted.backend ?? current.name));
    const same = shown?.name === current.name;
    offer(device, shown?.devices ?? [], wanted.device ?? (same ? current.device : "auto"), (name) => name);
    offer(precision, shown?.precisions ?? [], wanted.precision ?? (same ? current.precision : "auto"), (name) =>
      precisionLabel(shown, name),
    );
    device.control.disabled = precision.control.disabled = busy;
  }

  /** "auto" is offered only while it is being decided: what runs has a name. */
  function offer(field, names, value, label) {
    const options = names.map((name) => [name, label(name)]);
    field.setOptions(value === "auto" ? [["auto", "Automatic"], ...options] : options);
    field.set(value);
  }

  function drawList() {
    const key = JSON.stringify([known, current, wanted, busy]);
    if (key === drawn) return;
    drawn = key;
    const focused = document.activeElement?.dataset?.backend;
    list.replaceChildren(...known.map((backend) => card(backend)));
    if (focused) list.querySelector(`[data-backend="${focused}"]`)?.focus();
  }

  function card(backend) {
    const { name, available, reason, devices, precisions, version } = backend;
    const runs = name === current.name;
    const loading = name === wanted.backend && !runs;
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
        "aria-pressed": String(name === (wanted.backend ?? current.name)),
        disabled: !available || busy,
        title: available ? null : detail,
        onclick: () => {
          if (!runs) onChoose({ name });
        },
      },
      h(
        "span",
        { class: "backend-name" },
        backendName(name),
        runs ? h("span", { class: "tag" }, "running") : null,
        loading ? h("span", { class: "tag" }, "loading") : null,
      ),
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
      wanted = state.switching?.settings ?? {};
      draw();
    },
  };
}

/** Milliseconds of the fastest combination measured so far; null if none was measured. */
function bestOf({ measured_ms: measured = {} }) {
  const values = Object.values(measured);
  return values.length ? Math.min(...values) : null;
}
