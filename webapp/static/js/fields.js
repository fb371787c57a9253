// Form fields: each returns {element, set(value), ...}, shows what the server has and reports what the user chose.

import { h, setText, uniqueId } from "./dom.js";

/** Milliseconds of rest after which a slider's value is sent. */
const REST_MS = 180;

function field(label, control, help, value = null) {
  const id = uniqueId("field");
  control.id = id;
  const note = help ? h("p", { class: "help", id: `${id}-help` }, help) : null;
  if (note) control.setAttribute("aria-describedby", note.id);
  const head = h("div", { class: "field-head" }, h("label", { for: id }, label), value);
  return h("div", { class: "field" }, head, control, note);
}

/** Lets go of what the user is doing only when done: news from the server must not move a slider being dragged. */
function editing(control) {
  let busy = false;
  control.addEventListener("input", () => { busy = true; });
  for (const event of ["change", "blur"]) control.addEventListener(event, () => setTimeout(() => { busy = false; }, 600));
  return () => busy;
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
      control.replaceChildren(...next.map(([option, text, disabled]) => h("option", { value: option, disabled }, text)));
      if (next.some(([option]) => option === value)) control.value = value;
    },
    set(value) {
      control.value = value;
    },
  };
  self.setOptions(options);
  return self;
}

/** `format(value)` is the text beside the label. */
export function sliderField({ label, help, min, max, step, format, onChange, onInput }) {
  const output = h("output", { class: "value" });
  const control = h("input", { type: "range", min, max, step });
  const busy = editing(control);
  let timer = 0;
  const show = (value) => {
    setText(output, format(value));
    control.setAttribute("aria-valuetext", format(value));
    control.style.setProperty("--filled", `${(100 * (control.value - min)) / (max - min)}%`);
  };
  control.addEventListener("input", () => {
    const value = Number(control.value);
    show(value);
    onInput?.(value);
    clearTimeout(timer);
    timer = setTimeout(() => onChange(value), REST_MS);
  });
  return {
    element: field(label, control, help, output),
    control,
    set(value) {
      if (busy()) return;
      control.value = value;
      show(Number(value));
    },
  };
}

/** A number with its unit; an empty field means null where `placeholder` says what that stands for. */
export function numberField({ label, help, min, max, step, unit, placeholder, onChange }) {
  const control = h("input", { type: "number", min, max, step, placeholder, inputmode: "decimal" });
  control.addEventListener("change", () => {
    if (control.value === "" && placeholder) onChange(null);
    else if (control.value !== "" && control.checkValidity()) onChange(Number(control.value));
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
      if (document.activeElement !== control) control.value = value ?? "";
    },
    setPlaceholder: (text) => { control.placeholder = text; },
  };
}

/** On or off, applied at once. */
export function switchField({ label, help, onChange }) {
  const control = h("input", { type: "checkbox", role: "switch", onchange: () => onChange(control.checked) });
  const note = help ? h("span", { class: "help" }, help) : null;
  const element = h("label", { class: "switch" }, h("span", { class: "switch-text" }, h("span", {}, label), note), control, h("span", { class: "track", "aria-hidden": "true" }));
  return { element, control, set: (value) => { control.checked = value; } };
}

export function section(title, ...children) {
  return h("section", { class: "section" }, h("h3", {}, title), ...children);
}
