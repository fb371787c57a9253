// Buttons that set a group of settings back to their defaults, and say how to undo it.

import { h } from "../dom.js";
import { defaultOf } from "../settings.js";

/** `actions.settings(changes)`; `cancelSwitch()` ends a switch that the reset began; `toasts.news(text, undo)`. */
export function createResets({ actions, cancelSwitch, toasts }) {
  const buttons = [];
  let settings = null;

  const differing = (names) => names.filter((name) => settings && settings[name] !== defaultOf(name));

  async function reset(title, names) {
    const changed = differing(names);
    const before = Object.fromEntries(changed.map((name) => [name, settings[name]]));
    const defaults = Object.fromEntries(changed.map((name) => [name, defaultOf(name)]));
    if ((await actions.settings(defaults)) === null) return;
    toasts.news(`${title} reset`, {
      label: "Undo",
      async run() {
        await cancelSwitch();
        await actions.settings(before);
      },
    });
  }

  return {
    /** A button for the settings `names`, hidden while they all have their defaults. `title`: "People". */
    button(title, names, text = "Reset") {
      const element = h(
        "button",
        {
          class: "button small quiet",
          type: "button",
          hidden: true,
          "aria-label": text === "Reset" ? `Reset ${title.toLowerCase()} to the defaults` : null,
          onclick: () => reset(title, names),
        },
        text,
      );
      buttons.push({ element, names });
      return element;
    },
    update(next) {
      settings = next;
      for (const { element, names } of buttons) element.hidden = differing(names).length === 0;
    },
  };
}
