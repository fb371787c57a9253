// What the 3D view shows. Kept in this browser: it changes nothing for anybody else.

import { h } from "../dom.js";
import { section, switchField } from "../fields.js";

const GROUPS = [
  [
    "People",
    [
      ["limbs", "Bodies", "Shaded limbs and head; joints stay."],
      ["face", "Face", "Nose, eyes, ears and the head."],
      ["seen", "Only what the camera sees", "Leaves out joints that the network estimates without seeing them."],
      ["tags", "Name tags", "The id that a person keeps while in view."],
    ],
  ],
  [
    "Movement",
    [
      ["trails", "Trails", "Where hands and feet were in the last second."],
      ["path", "Path on the floor", "Where people walked in the last twelve seconds."],
    ],
  ],
  [
    "Room",
    [
      ["floor", "Floor grid", "A line every metre, a stronger one every five."],
      ["shadow", "Shadows", null],
      ["axes", "World axes", "x red, y green, z blue, at the origin of the extrinsics."],
      ["camera", "Camera and its picture", null],
      ["adaptive", "Adapt sharpness to speed", "Draws fewer pixels where the display cannot keep up."],
    ],
  ],
];

/** `show`: booleans by name; `onChange(show)` with all of them. */
export function createDisplayPanel({ show, onChange }) {
  const choice = { ...show };
  const sections = GROUPS.map(([title, entries]) =>
    section(
      title,
      ...entries.map(([name, label, help]) => {
        const field = switchField({
          label,
          help,
          onChange: (on) => {
            choice[name] = on;
            onChange({ ...choice });
          },
        });
        field.set(choice[name]);
        return field.element;
      }),
    ),
  );
  return { element: h("div", { class: "panel" }, ...sections) };
}
