// Speed in three words, with what each takes here, and advice from the times that were measured.

import { advise, PRESET_NAMES } from "../advice.js";
import { h, setText } from "../dom.js";
import { time } from "../format.js";
import { sentence } from "./toasts.js";

/** `onChoose(settings)` with the settings that the chosen preset stands for. */
export function createPresets({ onChoose }) {
  const list = h("div", { class: "presets", role: "group", "aria-label": "Speed and care" });
  const reason = h("p", { class: "help" });
  const advice = h("p", { class: "advice" });
  const help = h(
    "p",
    { class: "help" },
    "Milliseconds of the network for one picture. Fast may miss people who are far away or half hidden; ",
    "Careful finds them, and takes longest.",
  );
  const element = h("div", {}, list, reason, advice, help);
  let presets = [];
  let inUse = null; // settings of the running network, or of the one that is loaded
  let busy = false;
  let drawn = "";

  function draw() {
    const key = JSON.stringify([presets, inUse, busy]);
    if (key === drawn) return;
    drawn = key;
    const focused = document.activeElement?.dataset?.preset;
    list.replaceChildren(...presets.map(card));
    if (focused) list.querySelector(`[data-preset="${focused}"]`)?.focus();
    const refused = presets.filter(({ available }) => !available);
    reason.hidden = refused.length === 0;
    const names = refused.map(({ name }) => PRESET_NAMES[name]).join(" and ");
    setText(reason, refused.length > 0 ? sentence(`${names}: ${refused[0].reason}`) : "");
  }

  function card({ name, settings, available, ready, expected_ms: ms, measured }) {
    const cost = ms === null ? (ready ? "" : "not made yet") : `${measured ? "" : "≈ "}${time(ms)}`;
    return h(
      "button",
      {
        class: "preset",
        type: "button",
        "data-preset": name,
        "aria-pressed": String(name === chosenName()),
        disabled: !available || busy,
        title: available && !ready ? "Its model is made once, which takes a few minutes" : null,
        onclick: () => onChoose(settings),
      },
      h("strong", {}, PRESET_NAMES[name]),
      h("span", { class: "preset-time" }, cost),
      h("span", { class: "help" }, `${settings.precision} · ${settings.height_size} px`),
    );
  }

  const chosenName = () =>
    presets.find(
      ({ available, settings }) =>
        available && Object.entries(settings).every(([key, value]) => inUse?.[key] === value),
    )?.name ?? null;

  return {
    element,
    setPresets(next) {
      presets = next;
      draw();
    },
    update({ backend, settings, switching, stats }) {
      busy = switching !== null;
      const { name, device, precision } = backend ?? {};
      inUse = { backend: name, device, precision, height_size: settings.height_size, ...switching?.settings };
      draw();
      const text = busy ? null : advise(stats?.stage_ms, presets, chosenName());
      advice.hidden = text === null;
      setText(advice, text ?? "");
    },
  };
}
