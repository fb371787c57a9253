// Recordings on the server: start and stop, replay, download, delete.

import { address, get, remove } from "../api.js";
import { h, setText } from "../dom.js";
import { section, switchField } from "../fields.js";
import { bytes, duration } from "../format.js";
import { icon } from "../icons.js";

/** What was saved, from the server's answer to a stop. */
export function describeSaved({ name, seconds, scenes, bytes: size }) {
  if (scenes === 0) return "Nothing was saved: no scenes arrived";
  return `Saved ${name}: ${duration(seconds)}, ${scenes} scenes, ${bytes(size)}`;
}

/** `actions`: {record(on, withVideo), replay(name)}; `problem(error)`. */
export function createRecordingsPanel({ actions, problem }) {
  const label = h("span", {}, "Start recording");
  const button = h(
    "button",
    { class: "button wide record", type: "button", onclick: () => actions.record(!recording, video.control.checked) },
    icon("record"),
    label,
  );
  const video = switchField({
    label: "With video",
    help: "Without video, a recording contains no images.",
    onChange: () => {},
  });
  const list = h("ul", { class: "recordings" });
  const room = h("p", { class: "help" });
  const element = h(
    "div",
    { class: "panel" },
    section(
      "Record",
      h("p", { class: "help" }, "Saves the joints of every frame on the computer that runs Posecast."),
      video.element,
      button,
    ),
    section("Recordings", list, room),
  );
  let recording = false;
  let listed = ""; // the state for which the list was fetched
  let viewOnly = false;

  function item({ name, seconds, scenes, bytes: size, created, video: withVideo }) {
    const link = (format) =>
      h(
        "a",
        {
          class: "button small",
          href: address(`api/recordings/${encodeURIComponent(name)}?format=${format}`),
          download: `${name}.${format}`,
          "aria-label": `Download ${name} as ${format.toUpperCase()}`,
        },
        icon("download"),
        format.toUpperCase(),
      );
    return h(
      "li",
      { class: "recording" },
      h(
        "strong",
        {},
        created ? new Date(1000 * created).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" }) : name,
      ),
      h(
        "span",
        { class: "help" },
        [duration(seconds), `${scenes} scenes`, bytes(size), withVideo ? "with video" : null]
          .filter(Boolean)
          .join(" · "),
      ),
      h(
        "div",
        { class: "row" },
        h(
          "button",
          { class: "button small", type: "button", disabled: viewOnly, onclick: () => actions.replay(name) },
          icon("play"),
          "Replay",
        ),
        link("jsonl"),
        link("csv"),
        h(
          "button",
          {
            class: "icon-button danger",
            type: "button",
            disabled: viewOnly,
            "aria-label": `Delete ${name}`,
            title: "Delete",
            onclick: (event) => confirmDelete(event.currentTarget, name),
          },
          icon("trash"),
        ),
      ),
    );
  }

  /** The first press asks, the second deletes. */
  async function confirmDelete(control, name) {
    if (control.dataset.sure !== "yes") {
      control.dataset.sure = "yes";
      control.replaceChildren("Delete?");
      setTimeout(() => {
        control.dataset.sure = "";
        control.replaceChildren(icon("trash"));
      }, 3000);
      return;
    }
    await remove(`api/recordings/${encodeURIComponent(name)}`).catch(problem);
    await refresh();
  }

  async function refresh() {
    const answer = await get("api/recordings").catch((error) => {
      problem(error);
      return null;
    });
    if (!answer) return;
    list.replaceChildren(...answer.recordings.map(item));
    if (answer.recordings.length === 0) list.replaceChildren(h("li", { class: "help" }, "No recordings yet."));
    setText(room, `${bytes(answer.total_bytes)} of ${bytes(answer.cap_bytes)} used.`);
  }

  return {
    element,
    get withVideo() {
      return video.control.checked;
    },
    setViewOnly(is) {
      viewOnly = is;
    },
    update(state) {
      const now = state.recording ?? null;
      recording = now !== null;
      // A recording becomes a source once its file is complete, shortly after it has ended.
      const key = JSON.stringify([recording, state.sources]);
      if (key !== listed) refresh();
      listed = key;
      button.setAttribute("aria-pressed", String(recording));
      setText(label, recording ? `Stop recording · ${duration(now.seconds)}` : "Start recording");
      video.control.disabled = recording;
    },
  };
}
