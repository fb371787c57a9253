// Files of what was recorded, in every format that the server offers.

import { address } from "../api.js";
import { h } from "../dom.js";
import { selectField } from "../fields.js";
import { duration } from "../format.js";
import { icon } from "../icons.js";

export function createFiles() {
  const list = h("ul", { class: "send-formats" });
  const none = h("p", { class: "help" }, "There is no recording yet: Record, in the header, makes one.");
  const which = selectField({ label: "Recording", onChange: draw });
  let answer = { recordings: [], formats: [] };

  function draw() {
    const recording = answer.recordings.find(({ name }) => name === which.control.value) ?? null;
    none.hidden = recording !== null;
    which.element.hidden = recording === null;
    list.replaceChildren(...answer.formats.map((format) => row(format, recording)));
  }

  return {
    element: h("div", { class: "send-part" }, which.element, none, list),

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

function row({ name, title, about, path, pictures }, recording) {
  const missing = pictures && recording !== null && !recording.video;
  return h(
    "li",
    {},
    h("div", {}, h("strong", {}, title), h("p", { class: "help" }, missing ? "Recorded without video." : about)),
    recording === null || missing ? null : download(name, title, path, recording),
  );
}

const download = (name, title, path, recording) =>
  h(
    "a",
    {
      class: "button",
      href: address(`api/recordings/${encodeURIComponent(recording.name)}${path}`),
      download: `${recording.name}.${name}`,
      "aria-label": `Download ${title}`,
    },
    icon("download"),
    "Download",
  );
