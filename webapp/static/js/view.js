// The 3D view alone, for a wall display or a phone.

import { createTheme } from "./appearance.js";
import { h } from "./dom.js";
import { startLive } from "./live.js";
import { createBanner } from "./panels/banner.js";
import { createReplayBadge } from "./panels/replay.js";
import { createStage } from "./panels/stage.js";
import { loadPreferences } from "./preferences.js";
import { createLayers } from "./video/layers.js";

const preferences = loadPreferences();
const banner = createBanner();
let live = null;
const stage = createStage({ onPreset: (name) => live?.viewer?.look(name), onFit: () => live?.viewer?.fit() });
document.body.replaceChildren(banner.element, h("main", { class: "alone" }, stage.element));

const replay = createReplayBadge();
stage.frame.append(replay.element);

const theme = createTheme({ preferences, onChange: (colours) => live?.viewer?.setColours(colours) });
live = await startLive({ stage, banner, layers: createLayers(), view: "raw", on: { state: replay.update } });
live.show(preferences.get("show"));
theme.apply();
