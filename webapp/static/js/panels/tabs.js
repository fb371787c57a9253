// Tabs with arrow-key navigation, after the ARIA authoring practices.

import { h, uniqueId } from "../dom.js";
import { icon } from "../icons.js";

/**
 * `tabs`: [{name, label, icon, element}]; `onChoose(again)` when a tab is chosen by hand, `again` if it was open;
 * `aside` is an element beside the tabs.
 */
export function createTabs(tabs, { label, onChoose, aside }) {
  const list = h("div", { class: "tab-list", role: "tablist", "aria-label": label });
  const bar = h("div", { class: "tabs" }, list, aside);
  const element = h("div", { class: "tabbed" }, bar);
  const entries = new Map();

  for (const { name, label: text, icon: picture, element: panel } of tabs) {
    const id = uniqueId("tab");
    const button = h(
      "button",
      { class: "tab", id, role: "tab", type: "button", "aria-controls": `${id}-panel`, onclick: () => choose(name) },
      icon(picture),
      text,
    );
    const body = h(
      "div",
      { class: "tab-panel", id: `${id}-panel`, role: "tabpanel", "aria-labelledby": id, tabindex: "0" },
      panel,
    );
    entries.set(name, { button, body });
    list.append(button);
    element.append(body);
  }

  function choose(name) {
    const again = !entries.get(name).body.hidden;
    select(name);
    onChoose(again);
  }

  const visible = () => [...entries].filter(([, { button }]) => !button.hidden).map(([name]) => name);

  function select(name) {
    for (const [other, { button, body }] of entries) {
      const chosen = other === name;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      body.hidden = !chosen;
    }
  }

  list.addEventListener("keydown", (event) => {
    const names = visible();
    const at = names.findIndex((name) => entries.get(name).button === document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    const name = names[(next + names.length) % names.length];
    choose(name);
    entries.get(name).button.focus();
  });

  select(tabs[0].name);
  return {
    element,
    /** The bar with the tabs. */
    bar,
    select,
    isOpen: (name) => !entries.get(name).body.hidden,
    /** Hides a tab, or shows it again. */
    setHidden(name, hidden) {
      const { button } = entries.get(name);
      button.hidden = hidden;
      if (hidden && button.getAttribute("aria-selected") === "true") select(visible()[0]);
    },
    bodyOf: (name) => entries.get(name).body,
  };
}
