// The sources that the server lists: cameras, or why there is none, recordings, and what was given at start.

import { h, setText } from "../dom.js";
import { sentence } from "../panels/toasts.js";
import { choice, fill, group } from "./choices.js";

/** `onRescan()` looks for cameras again, `onChoose(source)`. `listed` below is what the server answers. */
export function createLists({ onRescan, onChoose }) {
  const list = () => h("ul", { class: "source-list" });
  const cameras = list();
  const recordings = list();
  const others = list();
  const absence = h("p", { class: "help" });
  const rescan = h("button", { class: "button small", type: "button", onclick: onRescan }, "Look again");
  const recorded = group("Recordings", null, recordings);
  let drawn = "";

  return {
    cameras: group("Cameras where Posecast runs", rescan, cameras, absence),
    recordings: recorded,
    others: group("Demo and sources given at start", null, others),

    /** `playing` and `opening` as for a choice. */
    update(listed, rows) {
      const key = JSON.stringify([rows, listed]);
      if (key === drawn) return;
      drawn = key;
      const show = (element, ...kinds) => {
        const items = listed.sources.filter(({ kind }) => kinds.includes(kind));
        fill(
          element,
          items.map((item) => choice(item, { ...rows, onChoose })),
        );
        return items.length;
      };
      const none = show(cameras, "camera") === 0 ? "None found. " : "";
      const why = listed.no_cameras;
      absence.hidden = !why;
      if (why) setText(absence, `${none}${sentence(why.reason)} ${sentence(why.hint)}`);
      show(others, "demo", "file", "stream");
      recorded.hidden = show(recordings, "recording") === 0;
    },
  };
}
