// A video or an image of one's own: choosing it, its way to the server, and those that are there.

import { address, get, remove as removeOnServer } from "../api.js";
import { h, setText } from "../dom.js";
import { bytes, duration } from "../format.js";
import { icon } from "../icons.js";
import { sentence } from "../panels/toasts.js";
import { choice, fill } from "./choices.js";
import { send } from "./uploader.js";

const SURE_MS = 3000;

/**
 * `onFile(file)` when one is chosen, `onChoose(source)`, `onBusy(share or null)` while one is sent, `onWhole(source)`
 * when it may be played, `onFailed(error)` when it did not arrive, `problem(error)` for anything else.
 */
export function createUploads({ onFile, onChoose, onBusy, onWhole, onFailed, problem }) {
  const picker = h("input", {
    type: "file",
    accept: "video/*,image/*,.mkv,.mts,.m2ts,.heic",
    class: "visually-hidden source-picker",
    tabindex: "-1",
    "aria-hidden": "true",
    onchange() {
      const [file] = picker.files;
      if (file) onFile(file);
      picker.value = "";
    },
  });
  const choose = h(
    "button",
    { class: "button", type: "button", onclick: () => picker.click() },
    icon("upload"),
    "Choose a file",
  );
  const title = h("strong", { class: "source-label" });
  const share = h("span", { class: "value" });
  const bar = h("progress", { max: "1", "aria-label": "Upload" });
  const note = h("p", { class: "help" });
  const again = h("button", { class: "button", type: "button", hidden: true, onclick: () => upload(file) }, "Go on");
  const cancel = h("button", { class: "button", type: "button", onclick: stop }, "Cancel");
  const sending = h(
    "div",
    { class: "source-sending", role: "status", hidden: true },
    h("div", { class: "field-head" }, title, share),
    bar,
    note,
    h("div", { class: "row" }, again, cancel),
  );
  const drop = h("div", { class: "source-drop" }, h("span", {}, "Drop it anywhere on the page, or"), choose, picker);
  const list = h("ul", { class: "source-list" });
  const room = h("p", { class: "help" });
  const element = h("div", { class: "source-stack" }, drop, sending, list, room);

  let file = null; // the one being sent, or whose sending failed
  let name = null; // the server's name for it
  let aborter = null; // while it is being sent
  let shown = { playing: null, opening: null };
  let uploads = [];

  async function upload(next) {
    if (aborter !== null) {
      problem({ error: "an upload is running already", hint: "wait until it is done, or cancel it" });
      return;
    }
    [file, aborter] = [next, new AbortController()];
    name = null;
    begin();
    try {
      const whole = await send(file, { signal: aborter.signal, onProgress });
      end();
      onWhole(`upload:${whole.name}`);
    } catch (error) {
      if (error.name === "AbortError") end();
      else fail(error);
    }
    refresh();
  }

  function begin() {
    setText(title, file.name);
    setText(note, "It stays on the computer that runs Posecast.");
    note.classList.remove("source-problem");
    [sending.hidden, drop.hidden, again.hidden] = [false, true, true];
    onProgress(0, null);
  }

  function onProgress(fraction, upload) {
    name = upload ?? name;
    bar.value = fraction;
    setText(share, fraction < 1 ? `${Math.floor(100 * fraction)} % of ${bytes(file.size)}` : "checking");
    onBusy(fraction);
  }

  function end() {
    [sending.hidden, drop.hidden] = [true, false];
    [file, name, aborter] = [null, null, null];
    onBusy(null);
  }

  /** What has arrived stays on the server, unless it refused the file itself. */
  function fail(error) {
    const refused = error.status >= 400 && error.status < 500 && error.status !== 409;
    aborter = null;
    again.hidden = refused;
    setText(note, [error.message, error.hint].filter(Boolean).map(sentence).join(" "));
    note.classList.add("source-problem");
    setText(share, "");
    if (refused) name = null;
    setText(cancel, refused ? "Close" : "Cancel");
    onBusy(null);
    onFailed(error);
  }

  function stop() {
    const left = name;
    if (aborter !== null) aborter.abort();
    else end();
    setText(cancel, "Cancel");
    if (left) removeOnServer(`api/uploads/${left}`).catch(() => {}); // otherwise it is removed after a day
  }

  async function refresh() {
    const answer = await get("api/uploads").catch(() => null);
    if (answer === null) return;
    uploads = answer.uploads;
    setText(room, uploads.length > 0 ? `${bytes(answer.total_bytes)} of ${bytes(answer.cap_bytes)} used.` : "");
    draw();
  }

  const draw = () => fill(list, uploads.map(row));

  function row({ name: upload, title: label, kind, seconds, bytes: size, image_size: [width, height] }) {
    const long = kind === "image" ? "image" : seconds === null ? "video" : duration(seconds);
    return choice(
      {
        source: `upload:${upload}`,
        kind: "upload",
        label,
        detail: [long, `${width} × ${height}`, bytes(size)].map((part) => part.replaceAll(" ", "\u00a0")).join(" · "),
        picture: address(`api/uploads/${upload}/thumbnail.jpg`),
      },
      { ...shown, onChoose, remove: removal(upload, label) },
    );
  }

  /** The first press asks, the second removes. */
  function removal(upload, label) {
    const button = h(
      "button",
      { class: "icon-button danger", type: "button", "aria-label": `Remove ${label}`, title: "Remove" },
      icon("trash"),
    );
    button.addEventListener("click", async () => {
      if (button.dataset.sure === "yes") {
        await removeOnServer(`api/uploads/${upload}`).catch(problem);
        refresh();
        return;
      }
      button.dataset.sure = "yes";
      button.replaceChildren("Remove?");
      setTimeout(() => {
        button.dataset.sure = "";
        button.replaceChildren(icon("trash"));
      }, SURE_MS);
    });
    return button;
  }

  return {
    element,
    upload,
    refresh,
    /** `playing` and `opening` as for a choice. */
    update(next) {
      if (next.playing === shown.playing && next.opening === shown.opening) return;
      shown = next;
      draw();
    },
  };
}
