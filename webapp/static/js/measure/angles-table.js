// A table of the joint angles of one person.

import { h, setText } from "../dom.js";
import { JOINT_COUNT } from "../skeleton.js";
import { evaluateAngles } from "./angles.js";

/** `load()`: a promise of the definitions of GET /api/angles; called once, when there is somebody to show. */
export function createAnglesTable({ load }) {
  const body = h("tbody", {});
  const head = h("tr", {}, ...["Angle", "degrees"].map((title) => h("th", { scope: "col" }, title)));
  const element = h("table", { class: "joints angles" }, h("thead", {}, head), body);
  let asked = false;
  let definitions = null;
  let degrees = null;
  let cells = [];

  function show(loaded) {
    definitions = loaded;
    degrees = new Float64Array(loaded.angles.length);
    cells = loaded.angles.map(() => h("td", {}));
    const row = ({ label, zero, positive }, index) =>
      h("tr", { title: `0: ${zero}; ${positive}` }, h("th", { scope: "row" }, label), cells[index]);
    body.replaceChildren(...loaded.angles.map(row));
  }

  return {
    element,
    /** `world`: metres of all people, one after the other; `slot`: who is shown, -1 for nobody; `up`: vertical axis. */
    update(world, slot, up) {
      if (!definitions) {
        if (!asked) {
          asked = true;
          load().then(show, () => {
            asked = false; // tried again at the next update
          });
        }
        return;
      }
      const size = 3 * JOINT_COUNT;
      if (slot >= 0) evaluateAngles(definitions, world.subarray(size * slot, size * (slot + 1)), up, degrees);
      cells.forEach((cell, index) => {
        const known = slot >= 0 && Number.isFinite(degrees[index]);
        setText(cell, known ? degrees[index].toFixed(0) : "–");
      });
    },
  };
}
