// The live picture with the parts of it that a board has covered, and the board's corners as they are found.

import { address } from "../../api.js";
import { h } from "../../dom.js";

const SVG = "http://www.w3.org/2000/svg";

export function createCoverage() {
  const picture = h("img", { class: "calibrate-picture", alt: "The camera's picture" });
  const marks = document.createElementNS(SVG, "svg");
  marks.setAttribute("viewBox", "0 0 1 1");
  marks.setAttribute("preserveAspectRatio", "none");
  marks.setAttribute("class", "calibrate-marks");
  const element = h("div", { class: "calibrate-view" }, picture);
  element.append(marks);
  let asked = 0;

  return {
    element,
    /** `cells`: rows of booleans; `corners`: [x, y] as shares of the picture's sides. */
    update({ cells, corners }) {
      asked += 1;
      picture.src = address(`snapshot.jpg?view=raw&calibration=${asked}`);
      marks.replaceChildren(...cells.flatMap((row, y) => row.map((on, x) => cell(on, x, y, row.length, cells.length))));
      for (const [x, y] of corners) marks.append(shape("circle", { cx: x, cy: y, r: 0.006, class: "corner" }));
    },
  };
}

function cell(on, x, y, columns, rows) {
  return shape("rect", {
    x: x / columns,
    y: y / rows,
    width: 1 / columns,
    height: 1 / rows,
    class: on ? "covered" : "open",
  });
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
