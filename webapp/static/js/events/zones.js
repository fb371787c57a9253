// The zones: their list, and the form of the one that is new or changed.

import { h } from "../dom.js";
import { section, selectField } from "../fields.js";
import { icon } from "../icons.js";
import { colourOf, PALETTE } from "../palette.js";
import { confirmed } from "./confirmed.js";
import { cornersOf, textOf } from "./corners.js";

const COLOURS = ["Blue", "Orange", "Green", "Pink", "Yellow", "Teal", "Violet", "Brown"];

const HOW =
  "Click its corners on the floor in the 3D view, the first one again to close it. Then drag a corner, or all of it. " +
  "Or write the corners here.";

/** `drawing`: as in zone-drawing.js; `onChange(zones)` resolves to null if the server refuses. */
export function createZones({ drawing, onChange }) {
  const list = h("ul", { class: "zone-list" });
  const none = h("p", { class: "help" }, "A zone is a part of the floor: a sofa, a doorway, a mat.");
  const draw = h("button", { class: "button", type: "button", onclick: () => edit(null) }, icon("zone"), "Draw a zone");
  const name = h("input", { type: "text", maxlength: 40, autocomplete: "off" });
  const colour = selectField({
    label: "Colour",
    options: COLOURS.map((text, i) => [String(i), text]),
    onChange: (value) => drawing.update({ colour: Number(value) }),
  });
  const corners = h("textarea", {
    rows: 4,
    spellcheck: "false",
    oninput: () => typed(),
  });
  const wrong = h("p", { class: "help wrong", role: "alert", hidden: true });
  const form = h(
    "form",
    { class: "zone-form", hidden: true, onsubmit: (event) => [event.preventDefault(), save()] },
    h("p", { class: "help" }, HOW),
    h("label", { class: "field" }, h("span", {}, "Name"), name),
    colour.element,
    h("label", { class: "field" }, h("span", {}, "Corners: x, z in metres"), corners),
    wrong,
    h(
      "div",
      { class: "row" },
      h("button", { class: "button primary", type: "submit" }, "Save zone"),
      h("button", { class: "button quiet", type: "button", onclick: close }, "Cancel"),
    ),
  );
  let zones = [];
  let edited = null; // index of the zone that is changed; null for a new one

  function item(zone, index) {
    return h(
      "li",
      {},
      swatch(zone.colour),
      h("span", {}, zone.name),
      h(
        "button",
        {
          class: "icon-button",
          type: "button",
          title: "Change",
          "aria-label": `Change ${zone.name}`,
          onclick: () => edit(index),
        },
        icon("pencil"),
      ),
      confirmed(`Delete ${zone.name}`, () => onChange(zones.filter((_, i) => i !== index))),
    );
  }

  function edit(index) {
    edited = index;
    const zone = index === null ? { name: freeName(), colour: freeColour(), corners: [] } : zones[index];
    name.value = zone.name;
    colour.set(String(zone.colour));
    corners.value = textOf(zone.corners);
    wrong.hidden = true;
    form.hidden = false;
    draw.hidden = true;
    drawing.begin(zone, {
      onCorners: (next) => {
        corners.value = textOf(next);
      },
      onCancel: close,
    });
    name.focus();
  }

  function typed() {
    const next = cornersOf(corners.value);
    if (next !== null) drawing.update({ corners: next, closed: next.length > 2 });
  }

  async function save() {
    const next = cornersOf(corners.value);
    if (next === null || next.length < 3) {
      wrong.textContent =
        next === null ? "Write each corner as two numbers: x, z." : "A zone has three corners or more.";
      wrong.hidden = false;
      return;
    }
    const zone = { name: name.value.trim(), colour: Number(colour.control.value), corners: next };
    const all = edited === null ? [...zones, zone] : zones.map((one, i) => (i === edited ? zone : one));
    if ((await onChange(all)) !== null) close();
  }

  function close() {
    form.hidden = true;
    draw.hidden = false;
    drawing.end();
    draw.focus();
  }

  function freeName() {
    const taken = new Set(zones.map((zone) => zone.name));
    return ["Zone", ...zones.map((_, i) => `Zone ${i + 2}`)].find((one) => !taken.has(one));
  }

  function freeColour() {
    const taken = new Set(zones.map((zone) => zone.colour));
    return [...PALETTE.keys()].find((one) => !taken.has(one)) ?? 0;
  }

  return {
    element: section("Zones on the floor", none, list, draw, form),
    set(next) {
      zones = next;
      none.hidden = zones.length > 0;
      list.replaceChildren(...zones.map(item));
    },
  };
}

function swatch(colour) {
  const element = h("span", { class: "zone-swatch", "aria-hidden": "true" });
  element.style.background = colourOf(colour);
  return element;
}
