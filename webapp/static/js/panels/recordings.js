// The panel of recordings: starts and stops one, says what was saved, and lists those that there are.

import { post } from "../api.js";
import { h, setText } from "../dom.js";
import { section, switchField } from "../fields.js";
import { duration } from "../format.js";
import { icon } from "../icons.js";
import { createLibrary } from "../recordings/library.js";
import { describeSaved, titleOf } from "../recordings/titles.js";
import { VIEW_ONLY } from "./guard.js";

/**
 * `openRecording(name)`; `download(name)` offers its files; `toasts`: {news, problem}; `loopOf(name)`: A and B on the
 * bar of time, or null.
 */
export function createRecordingsPanel({ openRecording, download, toasts, loopOf = () => null }) {
  const label = h("span", {}, "Start recording");
  const button = h(
    "button",
    { class: "button wide record", type: "button", onclick: () => record(!recording) },
    icon("record"),
    label,
  );
  const video = switchField({
    label: "With video",
    help: "Without video, a recording contains no images.",
    onChange: () => {},
  });
  const library = createLibrary({ open: openRecording, download, toasts, loopOf });
  const reason = h("p", { class: "guard-note", hidden: true }, icon("eye"), h("span", {}, VIEW_ONLY));
  const element = h(
    "div",
    { class: "panel" },
    reason,
    section(
      "Record",
      h("p", { class: "help" }, "Saves the joints of every frame on the computer that runs Posecast."),
      video.element,
      button,
    ),
    section("Recordings", library.element, library.room),
  );
  let recording = false;
  let listed = ""; // the state for which the list was fetched
  let viewOnly = false;

  /** Starts or stops a recording. */
  async function record(on) {
    try {
      const { finished } = await post("api/recordings", { record: on, video: video.control.checked });
      if (finished) await announce(finished);
    } catch (error) {
      toasts.problem(error);
    }
  }

  async function announce(finished) {
    const entry = await library.find(finished.name);
    const action = entry && { label: "Open", run: () => openRecording(finished.name) };
    toasts.news(describeSaved(finished, entry ? titleOf(entry) : finished.name), action);
  }

  return {
    element,
    record,
    setViewOnly(is) {
      viewOnly = is;
      reason.hidden = !is;
      button.disabled = is;
      library.setLocked(is);
    },
    update(state) {
      const now = state.recording ?? null;
      recording = now !== null;
      // A recording is listed once its file is complete, shortly after it has ended.
      const key = JSON.stringify([recording, state.sources, state.source, state.recordings_revision]);
      if (key !== listed) library.refresh();
      listed = key;
      button.setAttribute("aria-pressed", String(recording));
      setText(label, recording ? `Stop recording · ${duration(now.seconds)}` : "Start recording");
      video.control.disabled = recording || viewOnly;
    },
  };
}
