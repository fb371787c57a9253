// The engine's settings: speed in three words, people, and everything exact under Advanced. Changes apply immediately
// and for all viewers.

import { h, setText } from "../dom.js";
import { section, selectField, switchField } from "../fields.js";
import { icon } from "../icons.js";
import { switchTitle } from "../switch-title.js";
import { createBackends } from "./backends.js";
import { createComparison } from "./comparison.js";
import { createPeopleFields, PEOPLE } from "./people-fields.js";
import { createPresets } from "./presets.js";
import { createProgress } from "./progress.js";
import { createResets } from "./reset.js";
import { createRunning } from "./running.js";
import { sentence } from "./toasts.js";

const HEIGHTS = [128, 184, 256, 320, 368, 448, 512, 640, 768, 1024];
const MODELS = [
  ["bundled", "Bundled with Posecast"],
  ["official", "Official (Open Model Zoo)"],
];
const NETWORK = ["backend", "device", "precision", "height_size"];

/**
 * `actions`: {backend(choice), cancelSwitch(), compare(a, b), endComparison(), settings(changes)};
 * `toasts`: {news}.
 */
export function createEnginePanel({ actions, toasts }) {
  const progress = createProgress("Switch progress", actions.cancelSwitch);
  const fallbackReason = h("span", {});
  const fallback = h("p", { class: "warning", hidden: true }, icon("warning"), fallbackReason);
  const presets = createPresets({ onChoose: actions.settings });
  const running = createRunning();
  const network = createNetworkFields(actions);
  const comparison = createComparison({ actions });
  const pause = switchField({
    label: "Close the camera when no one is watching",
    help: "Turns off its indicator light and saves power. Reopening takes a moment.",
    onChange: (on) => actions.settings({ pause_unwatched: on }),
  });
  const people = createPeopleFields(actions);
  const resets = createResets({ actions, cancelSwitch: () => (cancellable ? actions.cancelSwitch() : null), toasts });
  let cancellable = false;

  const element = h(
    "div",
    { class: "panel" },
    progress.element,
    fallback,
    section("Speed", presets.element, running.element),
    section("People", ...people.common, resets.button("People", PEOPLE)),
    section("Power", pause.element),
    h(
      "details",
      { class: "advanced" },
      h("summary", {}, "Advanced"),
      section("Network", ...network.elements, resets.button("Network", NETWORK)),
      section("Compare two backends", comparison.element),
      section("Finding and following people", ...people.exact),
    ),
    resets.button("Engine settings", [...NETWORK, ...PEOPLE], "Reset all engine settings"),
  );

  return {
    element,
    /** `backends` and `presets` as the server lists them. */
    setBackends({ backends, presets: known }) {
      network.setBackends(backends);
      comparison.setBackends(backends);
      presets.setPresets(known);
    },
    progress: (news) => (news.task === "comparison" ? comparison.progress : progress.show)(news),
    /** Called with each statistics update. */
    tick(state) {
      comparison.update(state);
      presets.update(state);
    },

    update(state) {
      const { settings, switching } = state;
      cancellable = switching?.cancellable === true;
      progress.update(switching ? switchTitle(state) : null, switching, cancellable);
      fallback.hidden = !state.fallback;
      setText(fallbackReason, sentence(state.fallback ?? ""));
      presets.update(state);
      running.update(state);
      network.update(state);
      comparison.update(state);
      pause.set(settings.pause_unwatched);
      people.update(settings);
      resets.update(settings);
    },
  };
}

function createNetworkFields(actions) {
  const backends = createBackends({ onChoose: actions.backend });
  const height = selectField({
    label: "Detail",
    help: "Network height: pictures are scaled to it. More detail finds people farther away, and takes longer.",
    onChange: (value) => actions.settings({ height_size: Number(value) }),
  });
  const model = selectField({
    label: "Model",
    options: MODELS,
    onChange: (value) => actions.settings({ model: value }),
  });
  return {
    elements: [backends.element, height.element, model.element],
    setBackends: backends.setBackends,
    update(state) {
      const { settings, switching } = state;
      const wanted = switching?.settings?.height_size ?? settings.height_size;
      backends.update(state);
      height.setOptions(
        [...new Set([...HEIGHTS, wanted])].sort((a, b) => a - b).map((value) => [String(value), `${value} px`]),
      );
      height.set(String(wanted));
      height.control.disabled = Boolean(switching);
      model.setOptions(
        MODELS.some(([name]) => name === settings.model) ? MODELS : [...MODELS, [settings.model, settings.model]],
      );
      model.set(settings.model);
    },
  };
}
