// Tables of the joints and angles of one person, updated a few times a second, with units and axes.

import { h, setText } from "../dom.js";
import { numberField, selectField, switchField } from "../fields.js";
import { createAnglesTable } from "../measure/angles-table.js";
import { colourOf } from "../palette.js";
import { valueRange } from "../settings.js";
import { JOINT_COUNT, JOINTS, jointLabel, PELVIS } from "../skeleton.js";
import { HEIGHT_KINDS } from "../timeline/moment.js";

const EVERY_MS = 250;
/** Of the person's colour, at the field that names them. */
const EDGE_PX = 6;
const SURE = " Sure: confidence, 0 to 1; est.: estimated, not seen.";

/**
 * `onHeight(id, metres | null)` when the height of the chosen person is entered, `onAngles(on)` when angles are to be
 * part of the scenes; `loadAngles()`: a promise of their definitions.
 */
export function createJointsPanel({ onHeight, onAngles, loadAngles }) {
  const person = selectField({
    label: "Person",
    onChange: (value) => {
      chosen = Number(value);
      userChose = true;
    },
  });
  const frame = selectField({
    label: "Measured from",
    options: [
      ["world", "The world's origin"],
      ["camera", "The camera"],
    ],
    onChange: (value) => {
      reference = value;
      explain();
    },
  });
  const tall = numberField({
    label: "Height of this person",
    unit: "m",
    ...valueRange("person_heights_m"),
    step: 0.01,
    placeholder: "assumed height",
    help: "Applies while this person keeps the id. Empty: the assumed height of people.",
    onChange: (metres) => onHeight(chosen, metres),
  });
  tall.control.addEventListener("focus", () => {
    userChose = true;
  }); // the value being typed belongs to this person
  const angles = createAnglesTable({ load: loadAngles });
  const sent = switchField({
    label: "Send angles with the scenes",
    help: "For recordings and other programs; GET /api/angles defines them.",
    onChange: onAngles,
  });
  const meaning = h("p", { class: "help" });
  const rows = JOINTS.map((_, joint) => {
    const cells = Array.from({ length: 4 }, () => h("td", {}));
    return {
      element: h(
        "tr",
        {},
        h("td", { class: "index" }, String(joint)),
        h("th", { scope: "row" }, jointLabel(joint)),
        ...cells,
      ),
      cells,
    };
  });
  const head = h("tr", {}, ...["", "Joint", "x", "y", "z", "sure"].map((title) => h("th", { scope: "col" }, title)));
  const table = h(
    "table",
    { class: "joints" },
    h("thead", {}, head),
    h("tbody", {}, ...rows.map((row) => row.element)),
  );
  const element = h(
    "div",
    { class: "panel" },
    h("div", { class: "pair" }, person.element, frame.element),
    tall.element,
    meaning,
    h("div", { class: "scroll-x" }, table),
    h("div", { class: "scroll-x" }, angles.element),
    sent.element,
  );
  let chosen = null;
  let userChose = false; // the user's choice stays, in view or not; without one, the first person is shown
  let locked = false;
  let reference = "world";
  let up = "-y";
  let heightsById = {};
  let last = 0;

  function explain() {
    setText(
      meaning,
      reference === "world"
        ? `Metres from the world's origin; ${up} points up.${SURE}`
        : `Metres from the camera: x right, y down, z forward.${SURE}`,
    );
  }

  tall.control.disabled = true; // until someone is in view
  explain();

  return {
    element,
    /** `heights`: metres by id; `angles`: whether they are sent; `locked`: whether all this is read-only. */
    set({ up: axis, heights, angles: areSent, locked: isLocked }) {
      up = axis;
      heightsById = heights ?? {};
      locked = isLocked;
      sent.set(areSent);
      sent.control.disabled = isLocked;
      explain();
    },

    update(moment, now) {
      if (now - last < EVERY_MS) return;
      last = now;
      const ids = [...moment.ids.subarray(0, moment.count)];
      if (!userChose && !ids.includes(chosen)) chosen = ids[0] ?? null;
      const slot = ids.indexOf(chosen);
      const absent = chosen !== null && slot < 0 ? [[String(chosen), `Person ${chosen} (not in view)`]] : [];
      person.setOptions([...absent, ...ids.map((id, i) => [String(id), `Person ${id}${tallness(moment, i)}`])]);
      person.set(String(chosen));
      const colour = slot < 0 ? null : colourOf(moment.colours[slot], document.documentElement.dataset.theme);
      person.control.style.borderInlineStart = colour ? `${EDGE_PX}px solid ${colour}` : "";
      tall.set(heightsById[chosen]);
      tall.control.disabled = locked || chosen === null;
      angles.update(moment.world, slot, up);
      rows.forEach(({ cells }, joint) => {
        const at = slot * JOINT_COUNT + joint;
        const confidence = slot < 0 ? 0 : moment.confidence[at];
        for (let k = 0; k < 3; k++) setText(cells[k], slot < 0 ? "" : moment[reference][3 * at + k].toFixed(2));
        setText(cells[3], slot < 0 ? "" : confidence > 0 ? confidence.toFixed(2) : joint === PELVIS ? "–" : "est.");
      });
    },
  };
}

/** ", 1.74 m relative", or nothing where the height is only assumed. */
function tallness(moment, slot) {
  const kind = HEIGHT_KINDS[moment.heightKinds[slot]];
  const metres = moment.heights[slot];
  return kind === "assumed" || Number.isNaN(metres) ? "" : `, ${metres.toFixed(2)} m ${kind}`;
}
