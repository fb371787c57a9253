// What the 3D view shows. Stored in this browser only.

import { h } from "../dom.js";
import { section, switchField } from "../fields.js";
import { DEFAULTS } from "../preferences.js";

const GROUPS = [
  [
    "People",
    [
      ["limbs", "Bodies", "A shaded figure for each person; where off, their joints."],
      ["face", "Face", "Nose, eyes and ears: pointed at, and as joints where bodies are off."],
      [
        "seen",
        "Only what is seen",
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
      ["zones", "Zones", "The parts of the floor that are drawn under Events."],
      ["shadow", "Shadows", null],
      ["axes", "World axes", "x red, y green, z blue, at the world origin."],
      ["camera", "Camera and picture", null],
      ["adaptive", "Smooth before sharp", "Adaptive resolution: lower when drawing is too slow."],
    ],
  ],
];

/** `show`: booleans by name; `onChange(show)` with all of them; `toasts`: {news}. */
export function createDisplayPanel({ show, onChange, toasts }) {
  let choice = { ...show };
  const fields = new Map();
  const reset = h("button", { class: "button small quiet", type: "button", onclick: restoreDefaults }, "Reset display");

  function choose(next) {
    choice = next;
    for (const [name, field] of fields) field.set(choice[name]);
    reset.hidden = Object.keys(DEFAULTS.show).every((name) => choice[name] === DEFAULTS.show[name]);
  }

  function change(next) {
    choose(next);
    onChange({ ...choice });
  }

  function restoreDefaults() {
    const before = choice;
    change({ ...DEFAULTS.show });
    toasts.news("Display reset", { label: "Undo", run: () => change(before) });
  }

  const sections = GROUPS.map(([title, entries]) =>
    section(
      title,
      ...entries.map(([name, label, help]) => {
        const field = switchField({
          label,
          help,
          onChange: (on) => change({ ...choice, [name]: on }),
        });
        fields.set(name, field);
        return field.element;
      }),
    ),
  );
  choose(choice);
  return { element: h("div", { class: "panel" }, ...sections, reset) };
}
