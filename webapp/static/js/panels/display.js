// What the 3D view shows. Stored in this browser only.

import { h } from "../dom.js";
import { section, switchField } from "../fields.js";

const GROUPS = [
  [
    "People",
    [
      ["limbs", "Bodies", "A shaded figure for each person; where off, their joints."],
      ["face", "Face", "Nose, eyes and ears: pointed at, and as joints where bodies are off."],
      [
        "seen",
        "Detected joints only",
        "Hides parts that are estimated because the camera does not see them; else they are pale.",
      ],
      ["tags", "ID labels", "The id that a person keeps while in view, here and on the video."],
    ],
  ],
  [
    "Motion",
    [
      ["trails", "Trails", "Hands and feet, last second."],
      ["path", "Path on the floor", "Last twelve seconds."],
    ],
  ],
  [
    "Scene",
    [
      ["floor", "Floor grid", "One line per metre, a stronger one every five metres."],
      ["shadow", "Shadows", null],
      ["axes", "World axes", "x red, y green, z blue, at the world origin."],
      ["camera", "Camera and picture", null],
      ["adaptive", "Adaptive resolution", "Lowers the resolution when drawing is too slow."],
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
