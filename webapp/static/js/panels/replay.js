// The badge over the 3D view while a recording plays, with a button that returns to the live source.

import { h, setText } from "../dom.js";
import { icon } from "../icons.js";

const RECORDING = "recording:";

export const isReplay = (source) => source?.startsWith(RECORDING) === true;

/** The live source to return to if the page has seen none: one that the operator named or a camera, else the demo. */
const likelySource = (sources) => sources.find((name) => name !== "demo" && !isReplay(name)) ?? "demo";

/** `onLive(source)` switches to a source; without it the badge has no button. */
export function createReplayBadge({ onLive = null } = {}) {
  const name = h("span", { class: "help" });
  const back = h(
    "button",
    { class: "button small", type: "button", hidden: true, onclick: () => onLive(live) },
    "Back to live",
  );
  const element = h(
    "div",
    { class: "replay-badge", role: "status", hidden: true },
    icon("play"),
    h("strong", {}, "Replay"),
    name,
    back,
  );
  let live = "demo";
  let seen = false; // whether `live` was seen to play

  return {
    element,
    update({ source, sources = [], view_only: viewOnly }) {
      if (source === undefined) return;
      const replay = isReplay(source);
      if (!replay) [live, seen] = [source, true];
      else if (!seen) live = likelySource(sources);
      setText(name, replay ? source.slice(RECORDING.length) : "");
      back.hidden = onLive === null || viewOnly !== false;
      element.hidden = !replay;
    },
  };
}
