// The numbers themselves: every joint of one person, a few times a second, with what they mean.

import { h, setText } from "../dom.js";
import { numberField, selectField } from "../fields.js";
import { valueRange } from "../settings.js";
import { JOINTS, JOINT_COUNT, PELVIS, jointLabel } from "../skeleton.js";

const EVERY_MS = 250;

/** `onHeight(id, metres | null)` when the height of the chosen person is told. */
export function createJointsPanel({ onHeight }) {
  const person = selectField({ label: "Person", onChange: (value) => { chosen = Number(value); kept = true; } });
  const frame = selectField({ label: "Frame of reference", options: [["world", "World"], ["camera", "Camera"]], onChange: (value) => { reference = value; explain(); } });
  const tall = numberField({
    label: "Height of this person", unit: "m", ...valueRange("person_heights_m"), step: 0.01, placeholder: "as assumed",
    help: "Kept while the id lasts. Empty: as tall as everybody is assumed to be.",
    onChange: (metres) => onHeight(chosen, metres),
  });
  tall.control.addEventListener("focus", () => { kept = true; }); // what is typed is of this person
  const meaning = h("p", { class: "help" });
  const rows = JOINTS.map((_, joint) => {
    const cells = Array.from({ length: 4 }, () => h("td", {}));
    return { element: h("tr", {}, h("td", { class: "index" }, String(joint)), h("th", { scope: "row" }, jointLabel(joint)), ...cells), cells };
  });
  const head = h("tr", {}, ...["", "Joint", "x", "y", "z", "conf."].map((title) => h("th", { scope: "col" }, title)));
  const table = h("table", { class: "joints" }, h("thead", {}, head), h("tbody", {}, ...rows.map((row) => row.element)));
  const element = h("div", { class: "panel" }, h("div", { class: "pair" }, person.element, frame.element), tall.element, meaning, h("div", { class: "scroll-x" }, table));
  let chosen = null;
  let kept = false; // the user's choice stays, in view or not; ours is whoever is there
  let locked = false;
  let reference = "world";
  let up = "-y";
  let told = {};
  let last = 0;

  function explain() {
    setText(meaning, reference === "world"
      ? `Metres in the world of the extrinsics; ${up} points up.`
      : "Metres from the camera: x to the right, y down, z away from it.");
  }

  tall.control.disabled = true; // until there is somebody
  explain();

  return {
    element,
    /** `heights`: metres by id; whether they may be changed. */
    set({ up: axis, heights, locked: isLocked }) {
      up = axis;
      told = heights ?? {};
      locked = isLocked;
      explain();
    },

    update(moment, now) {
      if (now - last < EVERY_MS) return;
      last = now;
      const ids = [...moment.ids.subarray(0, moment.count)];
      if (!kept && !ids.includes(chosen)) chosen = ids[0] ?? null;
      const slot = ids.indexOf(chosen);
      const absent = chosen !== null && slot < 0 ? [[String(chosen), `Person ${chosen} (not in view)`]] : [];
      person.setOptions([...absent, ...ids.map((id) => [String(id), `Person ${id}`])]);
      person.set(String(chosen));
      tall.set(told[chosen]);
      tall.control.disabled = locked || chosen === null;
      rows.forEach(({ cells }, joint) => {
        const at = slot * JOINT_COUNT + joint;
        const confidence = slot < 0 ? 0 : moment.confidence[at];
        for (let k = 0; k < 3; k++) setText(cells[k], slot < 0 ? "" : moment[reference][3 * at + k].toFixed(2));
        setText(cells[3], slot < 0 ? "" : confidence > 0 ? confidence.toFixed(2) : joint === PELVIS ? "–" : "est.");
      });
    },
  };
}
