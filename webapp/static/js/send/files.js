// Files of what was recorded, in every format that the server offers.

import { h, setText } from "../dom.js";
import { selectField } from "../fields.js";
import { duration } from "../format.js";
import { sentence } from "../panels/toasts.js";
import { downloadButton } from "./download.js";

export function createFiles() {
  const list = h("ul", { class: "send-formats" });
  const none = h("p", { class: "help" }, "There is no recording yet: Record, in the header, makes one.");
  const which = selectField({ label: "Recording", onChange: draw });
  const failed = h("p", { class: "warning", role: "alert", hidden: true });
  let answer = { recordings: [], formats: [] };

  /** `error`: why a file cannot be made. */
  function problem({ message, hint }) {
    failed.hidden = false;
    setText(failed, sentence([message, hint].filter(Boolean).join("; ")));
  }

  function draw() {
    failed.hidden = true;
    const recording = answer.recordings.find(({ name }) => name === which.control.value) ?? null;
    none.hidden = recording !== null;
    which.element.hidden = recording === null;
    list.replaceChildren(...answer.formats.map((format) => row(format, recording, problem)));
  }

  return {
    element: h("div", { class: "send-part" }, which.element, none, failed, list),

    /** `next`: of GET /api/recordings. */
    show(next) {
      answer = next;
      which.setOptions(answer.recordings.map((recording) => [recording.name, described(recording)]));
      draw();
    },
  };
}

function described({ name, created, seconds }) {
  const when = created
    ? new Date(1000 * created).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" })
    : name;
  return `${when} · ${duration(seconds)}`;
}

function row({ name, title, about, path, pictures, prepared }, recording, problem) {
  const missing = pictures && recording !== null && !recording.video;
  return h(
    "li",
    {},
    h("div", {}, h("strong", {}, title), h("p", { class: "help" }, missing ? "Recorded without video" : about)),
    recording === null || missing
      ? null
      : downloadButton({
          path: `api/recordings/${encodeURIComponent(recording.name)}${path}`,
          name: `${recording.name}.${name}`,
          label: about ? `Download ${title}: ${about}` : `Download ${title}`,
          prepared,
          problem,
        }),
  );
}
