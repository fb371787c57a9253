// The header: status, frame rate, latency, people, backend, and the most frequent actions.

import { h, setText } from "../dom.js";
import { backendName, duration, time } from "../format.js";
import { icon } from "../icons.js";

/** `source`: the button of the Source sheet, which comes first; `actions`: {record(), send(), theme()}. */
export function createHeader({ source, actions }) {
  const dot = h("span", { class: "dot", "aria-hidden": "true" });
  const status = h("span", {}, "Connecting");
  const rate = h("b", {}, "–");
  const latency = h("b", {}, "–");
  const people = h("b", {}, "–");
  const engine = h("span", { class: "engine" });
  const recordText = h("span", { class: "label" }, "Record");
  const record = h(
    "button",
    { class: "button record", type: "button", onclick: actions.record },
    icon("record"),
    recordText,
  );
  const send = h(
    "button",
    { class: "button", type: "button", onclick: actions.send },
    icon("share"),
    h("span", { class: "label" }, "Send"),
  );
  const theme = h(
    "button",
    {
      class: "icon-button",
      type: "button",
      "aria-label": "Switch between dark and light theme",
      title: "Switch theme",
      onclick: actions.theme,
    },
    icon("contrast"),
  );
  const viewOnly = h(
    "span",
    { class: "chip", hidden: true, title: "This link is view-only" },
    icon("eye"),
    "View only",
  );

  const figures = h(
    "dl",
    { class: "figures" },
    h("div", {}, h("dt", {}, "fps"), h("dd", {}, rate)),
    h("div", {}, h("dt", {}, "latency"), h("dd", {}, latency)),
    h("div", {}, h("dt", {}, "people"), h("dd", {}, people)),
  );

  const element = h(
    "header",
    { class: "header" },
    h(
      "h1",
      { class: "brand" },
      h("img", { src: "static/img/favicon.svg", alt: "", width: "26", height: "26" }),
      h("span", { class: "brand-name" }, "Posecast"),
    ),
    source,
    h("div", { class: "status", role: "status" }, dot, status),
    figures,
    engine,
    viewOnly,
    h("div", { class: "actions" }, record, send, theme),
  );

  return {
    element,

    setStatus(kind, text) {
      dot.dataset.kind = element.dataset.kind = kind;
      setText(status, text);
    },

    update({ state, stats }) {
      const flowing = stats && stats.source_problem === null;
      setText(rate, flowing ? stats.fps.toFixed(1) : "–");
      setText(people, flowing ? String(stats.people) : "–");
      const running = state?.backend;
      setText(engine, running ? `${backendName(running.name)} · ${running.device} · ${running.precision}` : "");
      const recording = state?.recording ?? null;
      element.classList.toggle("recording", recording !== null);
      record.setAttribute("aria-pressed", String(recording !== null));
      setText(recordText, recording ? `Stop ${duration(recording.seconds)}` : "Record");
    },

    setLatency: (value) => setText(latency, value === null ? "–" : time(value)),

    /** Whether another time than now is shown, of which the figures say nothing. */
    setAway(is) {
      figures.hidden = is;
    },

    setViewOnly(is, reason) {
      viewOnly.hidden = !is;
      send.hidden = is;
      record.disabled = is;
      record.title = is ? reason : "";
    },
  };
}
