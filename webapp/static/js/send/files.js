// Files of what was recorded, in every format that the server offers: of a part or all, of one person or all, cleaned
// or as recorded.

import { h, setText } from "../dom.js";
import { selectField } from "../fields.js";
import { duration } from "../format.js";
import { sentence } from "../panels/toasts.js";
import { titleOf } from "../recordings/titles.js";
import { downloadButton } from "./download.js";
import { createTreatment, queryOf } from "./treatment.js";

export function createFiles() {
  const list = h("ul", { class: "send-formats" });
  const none = h("p", { class: "help" }, "There is no recording yet: Record, in the header, makes one.");
  const which = selectField({ label: "Recording", onChange: chooseRecording });
  const treatment = createTreatment({ onChange: draw });
  const failed = h("p", { class: "warning", role: "alert", hidden: true });
  const made = h("p", { class: "help", role: "status", hidden: true });
  let answer = { recordings: [], formats: [] };

  const recording = () => answer.recordings.find(({ name }) => name === which.control.value) ?? null;

  /** `error`: why a file cannot be made. */
  function problem({ message, hint }) {
    failed.hidden = false;
    setText(failed, sentence([message, hint].filter(Boolean).join("; ")));
  }

  /** `texts`: what the server says it has done. */
  function done(title, texts) {
    failed.hidden = true;
    made.hidden = texts.length === 0;
    setText(made, `${title}: ${texts.join("; ")}.`);
  }

  function chooseRecording() {
    treatment.setRecording(recording());
  }

  function draw() {
    failed.hidden = made.hidden = true;
    const chosen = recording();
    none.hidden = chosen !== null;
    which.element.hidden = treatment.element.hidden = chosen === null;
    const how = { ...treatment.chosen, edited: treatment.isEdited };
    list.replaceChildren(...answer.formats.map((format) => row(format, chosen, how, { problem, done })));
  }

  return {
    element: h("div", { class: "send-part" }, which.element, none, treatment.element, failed, made, list),

    /** `next`: of GET /api/recordings. */
    show(next) {
      answer = next;
      which.setOptions(answer.recordings.map((one) => [one.name, `${titleOf(one)} · ${duration(one.seconds ?? 0)}`]));
      chooseRecording();
    },

    /** `wish`: {name, range, person, raw}. */
    choose({ name, ...how }) {
      which.set(name);
      chooseRecording();
      treatment.set(how);
    },
  };
}

/** Where a format is downloaded: scenes and rows as they lie there, unless they are to be changed. */
export function sourceOf({ name, path, prepared, pictures }, { range, person, raw, edited }) {
  if (prepared) return { path: path + queryOf({ range, person, raw }), prepared };
  const whole = range === null && person === null && !edited;
  if (pictures || (whole && (name === "jsonl" || raw))) return { path, prepared };
  const layout = name === "csv" ? "&layout=long" : "";
  const query = queryOf({ range, person, raw: raw && name !== "jsonl" });
  return { path: `/export?format=${name}${layout}${query}`, prepared: true };
}

function row(format, recording, how, { problem, done }) {
  const { name, title, about, pictures } = format;
  const missing = pictures && recording !== null && !recording.video;
  const text = h(
    "div",
    {},
    h("strong", {}, title),
    h("p", { class: "help" }, missing ? "Recorded without video" : about),
  );
  if (recording === null || missing) return h("li", {}, text);
  const { path, prepared } = sourceOf(format, how);
  const button = downloadButton({
    path: `api/recordings/${encodeURIComponent(recording.name)}${path}`,
    name: `${recording.name}.${name}`,
    label: about ? `Download ${title}: ${about}` : `Download ${title}`,
    prepared,
    problem,
    onDone: (texts) => done(title, texts),
  });
  return h("li", {}, text, button);
}
