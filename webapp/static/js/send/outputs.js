// Live outputs: what the operator has scenes sent to, and how each of them is doing.

import { get, post, put } from "../api.js";
import { h } from "../dom.js";
import { createOutputForm } from "./output-form.js";
import { createOutputRow } from "./output-row.js";

const REFRESH_MS = 1000;

/** For operators; `watch(true)` while it is seen. `problem(error)`. */
export function createOutputs({ problem }) {
  const list = h("ul", { class: "outputs", "aria-label": "Live outputs" });
  const form = createOutputForm({ onAdd: (url) => change([...kept(), { url }]) });
  const rows = new Map();
  let outputs = [];
  let timer = 0;

  const kept = () => outputs.map(({ id, on }) => ({ id, on }));

  /** Resolves to null, or to the error if the server refuses. */
  async function change(next) {
    try {
      show(await put("api/outputs", { outputs: next }));
      return null;
    } catch (error) {
      return error;
    }
  }

  async function changeOrTell(next) {
    const error = await change(next);
    if (error) {
      problem(error);
      await refresh();
    }
  }

  const actions = {
    turn: (id, on) => changeOrTell(kept().map((one) => (one.id === id ? { id, on } : one))),
    remove: (id) => changeOrTell(kept().filter((one) => one.id !== id)),
    test: (id) => post(`api/outputs/${encodeURIComponent(id)}/test`),
  };

  function show(answer) {
    outputs = answer.outputs;
    form.setProtocols(answer.protocols);
    for (const [id, row] of rows) {
      if (outputs.some((one) => one.id === id)) continue;
      row.element.remove();
      rows.delete(id);
    }
    for (const output of outputs) {
      if (!rows.has(output.id)) rows.set(output.id, createOutputRow({ id: output.id, actions }));
      const row = rows.get(output.id);
      row.update(output);
      if (row.element.parentNode !== list) list.append(row.element);
    }
    list.hidden = outputs.length === 0;
  }

  async function refresh() {
    try {
      show(await get("api/outputs"));
    } catch {
      // The server is away: the page says so elsewhere, and what was known last stays.
    }
  }

  return {
    element: h(
      "section",
      { class: "send-part", "aria-label": "To other programs" },
      h("h3", {}, "To other programs"),
      h(
        "p",
        { class: "help" },
        "This server sends every scene to these programs while it runs, also with no page open. Each is on its own: " +
          "one that is away or slow delays nothing.",
      ),
      list,
      form.element,
    ),
    /** Asks the server every second while it is seen. */
    watch(on) {
      clearInterval(timer);
      timer = on ? setInterval(refresh, REFRESH_MS) : 0;
      return on ? refresh() : Promise.resolve();
    },
  };
}
