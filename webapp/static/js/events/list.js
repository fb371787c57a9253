// The latest events, the newest first.

import { h } from "../dom.js";
import { section } from "../fields.js";
import { icon } from "../icons.js";
import { symbolOf } from "./kinds.js";

const MOST = 200;

/** `onClear()`: forget them; `onChoose(event)`: show the moment when it happened. */
export function createEventList({ onClear, onChoose }) {
  const items = h("ol", { class: "event-list" });
  const log = h(
    "div",
    { class: "event-log", role: "log", "aria-label": "Events, the newest first", tabindex: "0" },
    items,
  );
  const none = h("p", { class: "help" }, "Nothing has happened yet. What is reported is chosen below.");
  const clear = h("button", { class: "button small quiet", type: "button", hidden: true, onclick: onClear }, "Clear");
  let known = new Map(); // key -> element

  function item(event) {
    const time = new Date(1000 * event.wall_time);
    return h(
      "li",
      {},
      h(
        "button",
        { class: `event ${event.kind}`, type: "button", title: "Show this moment", onclick: () => onChoose(event) },
        icon(symbolOf(event.kind)),
        h("span", {}, event.label),
        h(
          "time",
          { datetime: time.toISOString(), title: time.toLocaleString() },
          time.toLocaleTimeString([], { timeStyle: "medium" }),
        ),
      ),
    );
  }

  function show() {
    const any = known.size > 0;
    none.hidden = any;
    clear.hidden = log.hidden = !any;
  }

  show();
  return {
    element: section("What happened", none, log, clear),
    /** Events in the order in which they happened; those that are listed already are left out. */
    add(events) {
      for (const event of events) {
        const key = JSON.stringify([event.kind, event.wall_time, event.person, event.zone ?? null, event.label]);
        if (known.has(key)) continue;
        const element = item(event);
        known.set(key, element);
        items.prepend(element);
      }
      for (const [key, element] of known) {
        if (known.size <= MOST) break;
        element.remove();
        known.delete(key);
      }
      show();
    },
    clear() {
      known = new Map();
      items.replaceChildren();
      show();
    },
  };
}
