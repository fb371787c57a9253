// Events on the page: the tab with the list, rules and zones, and the zones in the 3D view.

import { get, put, remove } from "../api.js";
import { h } from "../dom.js";
import { guard } from "../panels/guard.js";
import { createEventList } from "./list.js";
import { createRules } from "./rules.js";
import { createZoneDrawing } from "./zone-drawing.js";
import { createZones } from "./zones.js";

/** What deserves a message wherever the user is on the page. */
const URGENT = new Set(["fall"]);
/** An event is shown from so many seconds before it. */
const LEAD_S = 1;

/**
 * `toasts`: {news, problem}; `viewer()` is the 3D view, or null; `stage` is where the tools for drawing go;
 * `onDrawing(is)`: a zone is being drawn, in the 3D view; `seek(wallTime)`: show that moment, false if it is not kept.
 */
export function createEvents({ toasts, viewer, stage, onDrawing, seek }) {
  let revision = null;
  let replaying = false;
  let viewOnly = null; // not known yet

  const list = createEventList({ onClear: clear, onChoose: look });
  const rules = createRules({ onChange: (name, values) => save({ rules: { [name]: values } }) });
  const drawing = createZoneDrawing({ editor: () => viewer()?.zoneEditor ?? null, stage, onDrawing });
  const zones = createZones({ drawing, onChange: (next) => save({ zones: next }) });
  const locked = guard(h("div", {}, zones.element, rules.element));
  const element = h("div", {}, h("div", { class: "panel events" }, list.element), locked.element);
  locked.element.classList.add("panel-rest");

  async function load() {
    try {
      apply(await get("api/events"));
    } catch (error) {
      revision = null; // asked for again with the next state
      toasts.problem(error);
    }
  }

  /** Resolves to null if the server refuses. */
  async function save(changes) {
    try {
      apply(await put("api/events", changes));
      return true;
    } catch (error) {
      toasts.problem(error);
      return null;
    }
  }

  function apply(answer) {
    revision = answer.revision;
    list.add(answer.events);
    rules.set(answer.about, answer.rules);
    zones.set(answer.zones);
    viewer()?.zones.set(answer.zones);
  }

  /** Shows an event from a moment before it. */
  function look({ wall_time: at }) {
    if (!seek(at - LEAD_S)) toasts.news("This page keeps the last minute. Record to see earlier moments again.");
  }

  async function clear() {
    list.clear();
    if (viewOnly === false) await remove("api/events").catch(toasts.problem);
  }

  return {
    element,
    update(state) {
      replaying = state.source?.startsWith("recording:") ?? false;
      if (state.view_only !== undefined && state.view_only !== viewOnly) {
        viewOnly = state.view_only;
        locked.setViewOnly(viewOnly);
      }
      if (state.events_revision === undefined || state.events_revision === revision) return;
      revision = state.events_revision;
      load();
    },
    /** A scene arrived: what happened in it is listed, unless it is a replay, whose events are old. */
    see(scene) {
      const events = scene.events ?? [];
      if (events.length === 0) return;
      for (const { zone } of events) if (zone) viewer()?.zones.flash(zone);
      if (replaying) return;
      list.add(events);
      for (const event of events) if (URGENT.has(event.kind)) toasts.problem({ error: event.label, hint: "" });
    },
  };
}
