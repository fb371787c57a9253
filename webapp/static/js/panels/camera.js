// The camera's calibration: camera files, previewed before they are applied; lens, up axis and floor.

import { address, get, post, put, remove, request } from "../api.js";
import { h } from "../dom.js";
import { numberField, section, selectField, sliderField } from "../fields.js";
import { degrees, fieldOfView, focalLength, metres } from "../format.js";
import { icon } from "../icons.js";
import { fullRange, sliderRange } from "../settings.js";
import { UP_AXES } from "../transform.js";
import { compare, warning } from "./calibration.js";
import { sentence } from "./toasts.js";

const LARGEST = 1024 * 1024; // of many cameras; the server takes 64 KiB for each

/** `actions`: {settings(changes), preview(calibration with floor_offset_m | null)}; `toasts`: {news, problem}. */
export function createCameraPanel({ actions, toasts }) {
  const facts = h("div", {});
  const outcome = h("div", { class: "outcome", "aria-live": "polite" });
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
  const level = h("button", { class: "button", type: "button", onclick: tryLevel }, icon("level"), "Level from people");
  const download = h(
    "a",
    { class: "button", href: address("api/extrinsics?download=1"), download: "extrinsics.json" },
    icon("download"),
    "Download",
  );
  const reset = h(
    "button",
    {
      class: "button",
      type: "button",
      onclick: () => apply(() => remove("api/extrinsics"), "Default camera restored"),
    },
    "Restore default",
  );

  const fx = numberField({
    label: "Focal length",
    unit: "px",
    ...fullRange("fx"),
    step: "any",
    placeholder: "automatic",
    onChange: (value) => actions.settings({ fx: value }),
  });
  const fov = sliderField({
    label: "Field of view",
    min: 20,
    max: 120,
    step: 0.5,
    format: degrees,
    help: "Horizontal. Too wide a value places people too close. Clear the focal length to return to automatic.",
    onChange: (value) => actions.settings({ fx: Math.round(10 * focalLength(value, camera.image_size[0])) / 10 }),
  });
  const up = selectField({
    label: "Up axis",
    help: "The world axis that points up.",
    onChange: (value) => actions.settings({ up: value || null }),
  });
  const floor = sliderField({
    label: "Floor height",
    help: "Above the world origin. Moves the grid, not the joints.",
    ...sliderRange("floor_offset_m"),
    format: metres,
    onChange: (value) => actions.settings({ floor_offset_m: value }),
  });

  const element = h(
    "div",
    { class: "panel" },
    section(
      "Position",
      facts,
      h(
        "div",
        { class: "drop" },
        h("p", {}, "Drop a camera file anywhere on the page"),
        h("div", { class: "row" }, choose, paste),
        picker,
      ),
      pasted,
      outcome,
      h("div", { class: "row" }, level, download, reset),
      h(
        "p",
        { class: "help" },
        "Accepts JSON, YAML, XML, TOML and text files of most calibration programs. Level from people estimates ",
        "tilt and floor height from the last few seconds: have someone walk around upright.",
      ),
    ),
    section("World", up.element, floor.element),
    section("Lens", fov.element, fx.element),
  );

  let camera = null; // of the newest frame
  let settings = null;
  let drawn = "";
  let undo = null;

  /** The calibration is known on the server before the first frame. */
  const cameraInUse = async () => camera ?? get("api/extrinsics");

  function togglePaste() {
    pasted.hidden = !pasted.hidden;
    paste.setAttribute("aria-expanded", String(!pasted.hidden));
    if (!pasted.hidden) text.focus();
  }

  /** Sends the file for a preview, which applies nothing, and shows the result. */
  async function offerFile(file, name = null) {
    if (file.size > LARGEST)
      return refuse({
        message: `${file.name} is ${Math.round(file.size / 1024)} KiB`,
        hint: "camera files are limited to 64 KiB. Is this the right file?",
      });
    const send = (preview) => {
      const form = new FormData();
      form.append("file", file, file.name);
      const query = new URLSearchParams({ ...(preview && { preview: "1" }), ...(name && { camera: name }) });
      return request("PUT", `api/extrinsics?${query}`, form);
    };
    try {
      const next = await send(true);
      offer(await cameraInUse(), { ...next, floor_offset_m: settings.floor_offset_m }, file.name, () => send(false));
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

  function offer(now, next, title, applyIt) {
    actions.preview(next);
    const accept = h(
      "button",
      { class: "button primary", type: "button", onclick: () => apply(applyIt, `${title} applied`, next.warnings) },
      "Apply",
    );
    outcome.replaceChildren(
      h(
        "div",
        { class: "offer" },
        h("strong", {}, title),
        h("p", { class: "help" }, "Previewed in the 3D view. Nothing has changed yet."),
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

  /** Most messages of the server name the file already, whose name keeps its capitals. */
  const named = (message, title) =>
    title === null ? sentence(message) : message.includes(title) ? message : `${title}: ${message}`;

  function refuse({ message, hint }, title = null) {
    actions.preview(null);
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
    actions.preview(null);
    outcome.replaceChildren();
  }

  /** `known`: warnings that the preview has shown already. */
  async function apply(change, news, known = []) {
    let before;
    let answer;
    try {
      before = await currentCamera();
      answer = await change();
    } catch (error) {
      refuse(error);
      return;
    }
    actions.preview(null);
    undo = before;
    outcome.replaceChildren(
      h(
        "div",
        { class: "done", role: "status" },
        h("span", {}, sentence(news)),
        h("button", { class: "button small", type: "button", onclick: revert }, "Undo"),
      ),
      ...answer.warnings.filter((text) => !known.includes(text)).map(warning),
    );
  }

  /** What Undo restores: the camera file, null for the default camera, and the floor, which levelling moves too. */
  async function currentCamera() {
    const own = (await cameraInUse()).default;
    return { file: own ? null : await get("api/extrinsics?download=1"), floor_offset_m: settings.floor_offset_m };
  }

  async function revert() {
    const { file, floor_offset_m } = undo;
    try {
      if (file === null) await remove("api/extrinsics");
      else await put("api/extrinsics?filename=before.json", file);
      if (floor_offset_m !== settings.floor_offset_m) await put("api/settings", { floor_offset_m });
      toasts.news("Previous camera restored");
    } catch (error) {
      toasts.problem(error);
    }
    outcome.replaceChildren();
  }

  async function tryLevel() {
    level.disabled = true;
    try {
      const next = await post("api/extrinsics/level", { preview: true });
      offer(await cameraInUse(), { ...next, floor_offset_m: 0 }, "Level from people", () =>
        post("api/extrinsics/level"),
      );
    } catch (error) {
      refuse(error);
    }
    level.disabled = false;
  }

  return {
    element,
    offerFile,

    update(state) {
      ({ camera, settings } = state);
      up.setOptions([
        ["", settings.up || !camera ? "From the camera file" : `From the camera file: ${camera.up}`],
        ...UP_AXES.map((axis) => [axis, axis]),
      ]);
      up.set(settings.up ?? "");
      floor.set(settings.floor_offset_m);
      fx.set(settings.fx);
      fov.control.disabled = camera === null;
      if (camera === null) return;
      fx.setPlaceholder(`automatic: ${camera.fx.toFixed(1)}`);
      fov.set(fieldOfView(camera.fx, camera.image_size[0]));
      const key = JSON.stringify(camera);
      if (key === drawn) return;
      drawn = key;
      facts.replaceChildren(compare(camera));
    },
  };
}
