// Toasts: short messages about problems, with what to do, or about completed actions.

import { h } from "../dom.js";
import { icon } from "../icons.js";

const NEWS_MS = 5000;
/** With an action: time to decide. */
const ACTION_MS = 20000;
const PROBLEM_MS = 15000;
const MOST = 4;

export function createToasts() {
  const element = h("div", { class: "toasts", role: "region", "aria-label": "Messages", "aria-live": "polite" });

  function add(kind, title, hint, lifetime, action = null) {
    const repeated = [...element.children].find((toast) => toast.dataset.text === title + hint);
    repeated?.remove();
    const dismiss = h(
      "button",
      { class: "icon-button", type: "button", "aria-label": "Dismiss", onclick: () => toast.remove() },
      icon("close"),
    );
    const text = h(
      "div",
      { class: "toast-text" },
      h("strong", {}, sentence(title)),
      hint ? h("span", {}, sentence(hint)) : null,
    );
    const act = action
      ? h(
          "button",
          { class: "button small", type: "button", onclick: () => [toast.remove(), action.run()] },
          action.label,
        )
      : null;
    const toast = h(
      "div",
      { class: `toast ${kind}`, role: kind === "problem" ? "alert" : "status", "data-text": title + hint },
      icon(kind === "problem" ? "warning" : "info"),
      text,
      act,
      dismiss,
    );
    element.append(toast);
    while (element.children.length > MOST) element.firstChild.remove();
    setTimeout(() => toast.remove(), lifetime);
  }

  return {
    element,
    /** `action`: {label, run()}, for example to undo. */
    news: (text, action = null) => add("news", text, "", action ? ACTION_MS : NEWS_MS, action),
    /** {error, hint} from the server, or an ApiError. */
    problem: ({ error, message, hint = "" }) =>
      add("problem", error ?? message ?? "something went wrong", hint ?? "", PROBLEM_MS),
  };
}

/** Turns a message ("the file is empty") into a sentence, with a capital letter and a full stop. */
export function sentence(text) {
  const trimmed = text.trim();
  if (!trimmed) return "";
  const isName = /^\w+:\/\/|^\S+\.\w+\b/.test(trimmed); // an address or a file's name stays as it is
  const first = isName ? trimmed[0] : trimmed[0].toUpperCase();
  return first + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}
