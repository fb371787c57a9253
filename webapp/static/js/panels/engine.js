// The engine's settings: backend, source, network size, people. Changes apply immediately and for all viewers.

import { h } from "../dom.js";
import { section, selectField, sliderField, switchField } from "../fields.js";
import { metres } from "../format.js";
import { sliderRange } from "../settings.js";
import { createBackends } from "./backends.js";
import { createComparison } from "./comparison.js";

const HEIGHTS = [128, 192, 256, 320, 384, 448, 512, 640, 768, 1024];
const MODELS = [
  ["bundled", "Bundled with Posecast"],
  ["official", "Official (Open Model Zoo)"],
];

/** `actions`: {backend(choice), compare(a, b), endComparison(), source(text), settings(changes)}. */
export function createEnginePanel({ actions }) {
  const backends = createBackends({ onChoose: actions.backend });
  const comparison = createComparison({ actions });
  const source = selectField({
    label: "Source",
    help: "The camera, file or address that frames come from. Allow more with --allow-source at start-up.",
    onChange: actions.source,
  });
  const height = selectField({
    label: "Network input height",
    help: "Frames are scaled to this height before inference. Larger: slower, but detects more distant people.",
    options: HEIGHTS.map((value) => [String(value), `${value} px`]),
    onChange: (value) => actions.settings({ height_size: Number(value) }),
  });
  const score = sliderField({
    label: "Minimum confidence",
    help: "People with a lower confidence are left out.",
    ...sliderRange("min_score"),
    format: (value) => value.toFixed(2),
    onChange: (value) => actions.settings({ min_score: value }),
  });
  const keypoints = sliderField({
    label: "Minimum keypoints",
    help: "People with fewer are left out; these are mostly stray arms and legs.",
    ...sliderRange("min_keypoints"),
    format: String,
    onChange: (value) => actions.settings({ min_keypoints: value }),
  });
  const model = selectField({
    label: "Model",
    options: MODELS,
    onChange: (value) => actions.settings({ model: value }),
  });
  const pause = switchField({
    label: "Close the camera when no one is watching",
    help: "Turns off its indicator light and saves power. Reopening takes a moment.",
    onChange: (on) => actions.settings({ pause_unwatched: on }),
  });
  const smoothing = switchField({
    label: "Smoothing",
    help: "Reduces jitter.",
    onChange: (on) => actions.settings({ smoothing: on }),
  });
  const cutoff = sliderField({
    label: "Smoothing cutoff",
    help: "Lower values reduce jitter at rest, but add delay.",
    ...sliderRange("smoothing_cutoff_hz"),
    format: (value) => `${value.toFixed(1)} Hz`,
    onChange: (value) => actions.settings({ smoothing_cutoff_hz: value }),
  });
  const beta = sliderField({
    label: "Speed coefficient (beta)",
    help: "Higher values reduce delay during fast movement, but add jitter.",
    ...sliderRange("smoothing_beta"),
    format: (value) => value.toFixed(1),
    onChange: (value) => actions.settings({ smoothing_beta: value }),
  });
  const tall = sliderField({
    label: "Assumed height of people",
    help: "A single camera cannot measure size: all distances scale with this.",
    ...sliderRange("assumed_height_m"),
    format: metres,
    onChange: (value) => actions.settings({ assumed_height_m: value }),
  });

  const element = h(
    "div",
    { class: "panel" },
    section("Network", backends.element, height.element, model.element),
    section("Compare backends", comparison.element),
    section("Source", source.element, pause.element),
    section("People", tall.element, smoothing.element, cutoff.element, beta.element, score.element, keypoints.element),
  );

  let playing = "";
  let sources = [];

  function offerSources() {
    const known = sources.map(({ source: name, label }) => [name, label]);
    source.setOptions(known.some(([name]) => name === playing) ? known : [[playing, playing], ...known]);
    source.set(playing);
  }

  return {
    element,
    setBackends(list) {
      backends.setBackends(list);
      comparison.setBackends(list);
    },
    /** [{source, label}, ...] that may be chosen. */
    setSources(list) {
      sources = list;
      offerSources();
    },
    progress: (news) => (news.task === "comparison" ? comparison : backends).progress(news),
    /** Called with each statistics update. */
    tick: comparison.update,

    update(state) {
      const { settings } = state;
      backends.update(state);
      comparison.update(state);
      playing = state.source;
      offerSources();
      height.setOptions(
        [...new Set([...HEIGHTS, settings.height_size])]
          .sort((a, b) => a - b)
          .map((value) => [String(value), `${value} px`]),
      );
      height.set(String(settings.height_size));
      model.setOptions(
        MODELS.some(([name]) => name === settings.model) ? MODELS : [...MODELS, [settings.model, settings.model]],
      );
      model.set(settings.model);
      pause.set(settings.pause_unwatched);
      score.set(settings.min_score);
      keypoints.set(settings.min_keypoints);
      tall.set(settings.assumed_height_m);
      smoothing.set(settings.smoothing);
      cutoff.set(settings.smoothing_cutoff_hz);
      beta.set(settings.smoothing_beta);
      cutoff.control.disabled = beta.control.disabled = !settings.smoothing;
    },
  };
}
