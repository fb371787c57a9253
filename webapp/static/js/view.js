// The 3D view alone, for a wall display or a phone.

import { createTheme } from "./appearance.js";
import { h } from "./dom.js";
import { createShownZones } from "./events/shown-zones.js";
import { startLive } from "./live.js";
import { createBanner } from "./panels/banner.js";
import { createReplayBadge } from "./panels/replay.js";
import { createStage } from "./panels/stage.js";
import { loadPreferences } from "./preferences.js";
import { createLayers } from "./video/layers.js";

/** The controls go after this many milliseconds without a movement, a touch or a key. */
const IDLE_MS = 5000;

const preferences = loadPreferences();
const banner = createBanner();
let live = null;
const stage = createStage({ onPreset: (name) => live?.viewer?.look(name), onFit: () => live?.viewer?.fit() });
const alone = h("main", { class: "alone" }, h("h1", { class: "visually-hidden" }, "Posecast"), stage.element);
document.body.replaceChildren(banner.element, alone);
hideWhileIdle(alone);

const replay = createReplayBadge();
stage.frame.append(replay.element);

const theme = createTheme({ preferences, onChange: (colours) => live?.viewer?.setColours(colours) });
const zones = createShownZones({ viewer: () => live?.viewer ?? null });
live = await startLive({
  stage,
  banner,
  layers: createLayers(),
  view: "raw",
  on: {
    state(state) {
      replay.update(state);
      zones.update(state);
    },
    scene: zones.see,
  },
});
live.show(preferences.get("show"));
theme.apply();

function hideWhileIdle(element) {
  let timer = 0;
  const wake = () => {
    element.classList.remove("idle");
    clearTimeout(timer);
    timer = setTimeout(() => element.classList.add("idle"), IDLE_MS);
  };
  for (const name of ["pointermove", "pointerdown", "keydown"]) addEventListener(name, wake);
  wake();
}
