// Adds a live output: a protocol, an address, and the protocol's options.

import { h, setText, uniqueId } from "../dom.js";
import { selectField } from "../fields.js";
import { sentence } from "../panels/toasts.js";
import { composed, placeOf } from "./output-address.js";

/** `onAdd(url)` resolves to null, or to the error if the server refuses. */
export function createOutputForm({ onAdd }) {
  const id = uniqueId("output");
  const protocol = selectField({ label: "Protocol", onChange: choose });
  const about = h("p", { class: "help", id: `${id}-about` });
  const address = h("input", {
    id,
    type: "text",
    inputmode: "url",
    autocapitalize: "none",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    "aria-describedby": `${id}-about ${id}-example`,
  });
  const example = h("p", { class: "help", id: `${id}-example` });
  const fields = h("div", { class: "output-options" });
  const options = h("details", { class: "output-more" }, h("summary", {}, "Options"), fields);
  const refused = h("p", { class: "warning", role: "alert", hidden: true });
  const button = h("button", { class: "button primary", type: "submit" }, "Add");
  let protocols = [];
  let inputs = [];

  const chosen = () => protocols.find(({ scheme }) => scheme === protocol.control.value);

  function choose() {
    const { about: text, note, example: whole, options: known } = chosen();
    refused.hidden = true;
    setText(about, [text, note].filter(Boolean).join(" "));
    address.placeholder = placeOf(whole);
    address.value = "";
    const what = whole.includes("://") ? "Where it listens" : "A name of your choice";
    setText(example, `${what}, for example ${placeOf(whole)}`);
    inputs = known.map(optionField);
    options.hidden = inputs.length === 0;
    fields.replaceChildren(...inputs.map(({ element }) => element));
  }

  async function add(event) {
    event.preventDefault();
    button.disabled = true;
    const values = inputs.map(({ name, standard, control }) => [name, control.value.trim(), standard]);
    const error = await onAdd(composed(chosen(), protocols, address.value.trim(), values));
    button.disabled = false;
    refused.hidden = error === null;
    if (error === null) choose();
    else setText(refused, [error.message, error.hint].filter(Boolean).map(sentence).join(" "));
  }

  return {
    element: h(
      "form",
      { class: "output-form", onsubmit: add, "aria-label": "Add a live output" },
      protocol.element,
      about,
      h(
        "div",
        { class: "field" },
        h("label", { for: id }, "Address"),
        h("div", { class: "output-address" }, address, button),
        example,
      ),
      options,
      refused,
    ),
    /** `next`: of GET /api/outputs; the same each time. */
    setProtocols(next) {
      if (protocols.length > 0) return;
      protocols = next;
      protocol.setOptions(protocols.map(({ scheme, title }) => [scheme, title]));
      choose();
    },
  };
}

function optionField({ name, label, about, default: standard, choices, secret }) {
  if (choices.length > 0) {
    const field = selectField({ label, help: about, options: choices.map((value) => [value, value]), onChange() {} });
    field.set(standard);
    return { name, standard, control: field.control, element: field.element };
  }
  const id = uniqueId("option");
  const control = h("input", {
    id,
    type: secret ? "password" : "text",
    value: standard,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-help`,
  });
  const help = h("p", { class: "help", id: `${id}-help` }, about);
  return {
    name,
    standard,
    control,
    element: h("div", { class: "field" }, h("label", { for: id }, label), control, help),
  };
}
