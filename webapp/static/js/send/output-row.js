// One live output: its target, how it is doing, on and off, a test, and removal.

import { h, setText } from "../dom.js";
import { icon } from "../icons.js";
import { sentence } from "../panels/toasts.js";

const SURE_MS = 3000;
const STATES = { connecting: "Connecting", sending: "Sending", wrong: "Wrong", stopped: "Off" };

/** `actions`: {turn(id, on), remove(id), test(id) -> Promise of {ok, message, hint}}. */
export function createOutputRow({ id, actions }) {
  const title = h("strong", {});
  const target = h("code", { class: "output-target" });
  const state = h("span", { class: "output-state" });
  const trouble = h("p", { class: "help output-trouble", hidden: true });
  const result = h("p", { class: "help output-result", role: "status", hidden: true });
  const toggle = h("input", { type: "checkbox", role: "switch", onchange: () => actions.turn(id, toggle.checked) });
  const test = h("button", { class: "button", type: "button", onclick: runTest }, "Send a test");
  const remove = h("button", { class: "icon-button danger", type: "button", onclick: removeWhenSure }, icon("trash"));

  /** The first press asks, the second removes. */
  function removeWhenSure() {
    if (remove.dataset.sure === "yes") {
      actions.remove(id);
      return;
    }
    remove.dataset.sure = "yes";
    remove.replaceChildren("Remove?");
    setTimeout(() => {
      remove.dataset.sure = "";
      remove.replaceChildren(icon("trash"));
    }, SURE_MS);
  }

  async function runTest() {
    test.disabled = true;
    result.hidden = false;
    result.dataset.ok = "";
    setText(result, "Testing …");
    try {
      const { ok, message, hint } = await actions.test(id);
      result.dataset.ok = String(ok);
      setText(result, both(message, hint));
    } catch (error) {
      result.dataset.ok = "false";
      setText(result, both(error.message, error.hint));
    }
    test.disabled = false;
  }

  return {
    element: h(
      "li",
      { class: "output" },
      h("div", { class: "output-head" }, title, state),
      target,
      trouble,
      h(
        "div",
        { class: "output-actions" },
        h(
          "label",
          { class: "switch" },
          h("span", {}, "On"),
          toggle,
          h("span", { class: "track", "aria-hidden": "true" }),
        ),
        test,
        remove,
      ),
      result,
    ),
    update(output) {
      setText(title, output.title);
      setText(target, output.given ? `${output.url} (from the command line, for this run)` : output.url);
      setText(state, describe(output));
      state.dataset.state = output.error && output.state === "sending" ? "slow" : output.state;
      trouble.hidden = output.error === null;
      setText(trouble, output.error === null ? "" : both(output.error, output.hint));
      toggle.checked = output.on;
      toggle.setAttribute("aria-label", `Send to ${output.title}, ${output.url}`);
      test.setAttribute("aria-label", `Send a test to ${output.title}, ${output.url}`);
      remove.setAttribute("aria-label", `Remove ${output.title}, ${output.url}`);
      test.hidden = !output.on || output.state === "wrong";
      if (!output.on) result.hidden = true;
    },
  };
}

function describe({ state, retry_s: retry, rate }) {
  if (state === "retrying") return retry < 1 ? "Trying again" : `Trying again in ${Math.ceil(retry)} s`;
  if (state === "sending" && rate > 0) return `Sending ${rate.toFixed(0)} per second`;
  return STATES[state];
}

const both = (text, hint) => [text, hint].filter(Boolean).map(sentence).join(" ");
