// Form fields: each returns {element, set(value), ...}, shows the server's value and reports the user's choice.

import { h, setText, uniqueId } from "./dom.js";

/** A slider's value is sent after this many milliseconds without movement. */
const DEBOUNCE_MS = 180;
/** After the server's answer, updates that it causes arrive within this many milliseconds. */
const SETTLE_MS = 600;

function field(label, control, help, value = null) {
  const id = uniqueId("field");
  control.id = id;
  const note = help ? h("p", { class: "help", id: `${id}-help` }, help) : null;
  if (note) control.setAttribute("aria-describedby", note.id);
  const head = h("div", { class: "field-head" }, h("label", { for: id }, label), value);
  return h("div", { class: "field" }, head, control, note);
}

/** `options`: [[value, label, disabled?], ...] */
export function selectField({ label, help, options = [], onChange }) {
  const control = h("select", { onchange: () => onChange(control.value) });
  let key = "";
  const self = {
    element: field(label, control, help),
    control,
    setOptions(next) {
      if (JSON.stringify(next) === key) return;
      key = JSON.stringify(next);
      const { value } = control;
      control.replaceChildren(
        ...next.map(([option, text, disabled]) => h("option", { value: option, disabled }, text)),
      );
      if (next.some(([option]) => option === value)) control.value = value;
    },
    set(value) {
      control.value = value;
    },
  };
  self.setOptions(options);
  return self;
}

/**
 * `format(value)` is the text beside the label; `onChange(value)` resolves to null if the server refuses, and
 * `onInput(value)` is called at once, with every movement.
 */
export function sliderField({ label, help, min, max, step, format, onChange, onInput = () => {} }) {
  const output = h("output", { class: "value" });
  const control = h("input", { type: "range", min, max, step });
  let held = null; // what the server has
  let timer = 0;
  let moves = 0;
  let busy = false; // being moved, or being sent: updates from the server must not move it meanwhile

  function describe(value) {
    setText(output, format(value));
    control.setAttribute("aria-valuetext", format(value));
    control.style.setProperty("--filled", `${(100 * (control.value - min)) / (max - min)}%`);
  }

  function show() {
    control.value = held;
    describe(held);
  }

  async function send(value, move) {
    if ((await onChange(value)) !== null)
      await new Promise((resolve) => {
        setTimeout(resolve, SETTLE_MS);
      });
    if (move !== moves) return;
    busy = false;
    show();
  }

  control.addEventListener("input", () => {
    busy = true;
    moves += 1;
    describe(Number(control.value));
    onInput(Number(control.value));
    clearTimeout(timer);
    timer = setTimeout(send, DEBOUNCE_MS, Number(control.value), moves);
  });
  return {
    element: field(label, control, help, output),
    control,
    set(value) {
      held = Number(value);
      if (!busy) show();
    },
  };
}

/**
 * A number with its unit; an empty field means null if `placeholder` says what that stands for. `onChange(value)`
 * resolves to null if the server refuses.
 */
export function numberField({ label, help, min, max, step, unit, placeholder, onChange }) {
  const control = h("input", { type: "number", min, max, step, placeholder, inputmode: "decimal" });
  let held = null; // what the server has

  const show = () => {
    control.value = held ?? "";
  };

  async function send(value) {
    if ((await onChange(value)) === null) show();
  }

  control.addEventListener("change", () => {
    if (control.value === "" && placeholder) send(null);
    else if (control.value !== "" && control.checkValidity()) send(Number(control.value));
    else control.reportValidity();
  });
  const element = field(label, control, help);
  const box = h("div", { class: "with-unit" });
  control.replaceWith(box);
  box.append(control, h("span", { class: "unit" }, unit));
  return {
    element,
    control,
    set(value) {
      held = value ?? null;
      if (document.activeElement !== control) show();
    },
    setPlaceholder: (text) => {
      control.placeholder = text;
    },
  };
}

/** On or off, applied at once. */
export function switchField({ label, help, onChange }) {
  const control = h("input", { type: "checkbox", role: "switch", onchange: () => onChange(control.checked) });
  const note = help ? h("span", { class: "help" }, help) : null;
  const element = h(
    "label",
    { class: "switch" },
    h("span", { class: "switch-text" }, h("span", {}, label), note),
    control,
    h("span", { class: "track", "aria-hidden": "true" }),
  );
  return {
    element,
    control,
    set: (value) => {
      control.checked = value;
    },
  };
}

export function section(title, ...children) {
  return h("section", { class: "section" }, h("h3", {}, title), ...children);
}
