// Camera files: chosen, pasted or dropped, previewed, and applied or discarded.

import { request } from "../../api.js";
import { h } from "../../dom.js";
import { selectField } from "../../fields.js";
import { icon } from "../../icons.js";
import { kindOf } from "../../source/content.js";
import { sentence } from "../toasts.js";
import { compare } from "./calibration.js";

const LARGEST = 1024 * 1024; // of many cameras; the server takes 64 KiB for each

/**
 * `outcome` shows results; `pathOf(query)` is the camera's address; `cameraInUse()` and `floorOffset()` of the server;
 * `onPreview(camera | null)`; `onApply(change, news, warnings that were shown)`.
 */
export function createFiles({ outcome, pathOf, cameraInUse, floorOffset, onPreview, onApply }) {
  const picker = h("input", {
    type: "file",
    class: "visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    onchange: () => {
      if (picker.files[0]) offerFile(picker.files[0]);
      picker.value = "";
    },
  });
  const choose = h(
    "button",
    { class: "button", type: "button", onclick: () => picker.click() },
    icon("upload"),
    "Choose a file",
  );
  const paste = h(
    "button",
    { class: "button", type: "button", "aria-expanded": "false", onclick: togglePaste },
    "Paste",
  );
  const text = h("textarea", {
    rows: "5",
    spellcheck: "false",
    "aria-label": "Camera file as text",
    placeholder: '{"R": [[1,0,0],[0,1,0],[0,0,1]], "t": [0,0,0], "unit": "m"}',
  });
  const pasted = h(
    "div",
    { class: "pasted", hidden: true },
    text,
    h(
      "button",
      { class: "button", type: "button", onclick: () => offerFile(new File([text.value], "pasted")) },
      "Preview",
    ),
  );

  function togglePaste() {
    pasted.hidden = !pasted.hidden;
    paste.setAttribute("aria-expanded", String(!pasted.hidden));
    if (!pasted.hidden) text.focus();
  }

  /** Sends the file for a preview, which applies nothing, and shows the result. */
  async function offerFile(file, name = null) {
    const trouble = await troubleWith(file);
    if (trouble) return refuse(trouble, file.name);
    const send = (preview) => {
      const form = new FormData();
      form.append("file", file, file.name);
      const query = { ...(preview && { preview: "1" }), ...(name && { camera: name }) };
      return request("PUT", pathOf(query), form);
    };
    try {
      const next = await send(true);
      offer(await cameraInUse(), { ...next, floor_offset_m: floorOffset() }, file.name, () => send(false));
    } catch (error) {
      if (error.detail?.cameras) offerNames(file, error);
      else refuse(error, file.name);
    }
    return undefined;
  }

  function offerNames(file, { message, detail }) {
    const names = selectField({
      label: sentence(message),
      options: [["", "Choose a camera"], ...detail.cameras.map((camera) => [camera, camera])],
      onChange: (value) => {
        if (value) offerFile(file, value);
      },
    });
    outcome.replaceChildren(names.element);
    names.control.focus();
  }

  /** Shows a camera beside the one in use; `change()` applies it. */
  function offer(now, next, title, change) {
    onPreview(next);
    const accept = h(
      "button",
      { class: "button primary", type: "button", onclick: () => onApply(change, `${title} applied`, next.warnings) },
      "Apply",
    );
    outcome.replaceChildren(
      h(
        "div",
        { class: "offer" },
        h("strong", {}, title),
        h(
          "p",
          { class: "help" },
          `Previewed in the 3D view${next.for ? "" : " and over the video"}. Nothing has changed yet.`,
        ),
        compare(now, next),
        h(
          "div",
          { class: "row" },
          accept,
          h("button", { class: "button", type: "button", onclick: discard }, "Discard"),
        ),
      ),
    );
    accept.focus();
  }

  function refuse({ message, hint }, title = null) {
    onPreview(null);
    outcome.replaceChildren(
      h(
        "div",
        { class: "refusal", role: "alert" },
        icon("warning"),
        h("div", {}, h("strong", {}, named(message, title)), hint ? h("p", {}, sentence(hint)) : null),
      ),
    );
  }

  function discard() {
    onPreview(null);
    outcome.replaceChildren();
  }

  return {
    elements: [
      h(
        "div",
        { class: "drop" },
        h("p", {}, "Drop a camera file anywhere on the page"),
        h("div", { class: "row" }, choose, paste),
        picker,
      ),
      pasted,
    ],
    offerFile,
    offer,
    refuse,
    discard,
  };
}

/** Why a file is no camera's, before it is sent; null if it may be one. */
async function troubleWith(file) {
  try {
    if ((await kindOf(file)) === "media")
      return {
        message: `${file.name} is not a camera file`,
        hint: "camera files are text. To play a video or an image, choose it as the source",
      };
  } catch {
    return { message: `${file.name} cannot be read`, hint: "choose a file, not a folder" };
  }
  if (file.size <= LARGEST) return null;
  return {
    message: `${file.name} is ${Math.round(file.size / 1024)} KiB`,
    hint: "camera files are limited to 64 KiB. Is this the right file?",
  };
}

/** Most messages of the server name the file already, whose name keeps its capitals. */
const named = (message, title) =>
  title === null ? sentence(message) : message.includes(title) ? message : `${title}: ${message}`;
