// The front door: the button in the header that names the source, and the sheet in which another one is chosen.

import { get, put } from "../api.js";
import { h, setText } from "../dom.js";
import { icon } from "../icons.js";
import { createSheet } from "../panels/sheet.js";
import { sentence } from "../panels/toasts.js";
import { createAddress } from "./address.js";
import { createAttention } from "./attention.js";
import { group } from "./choices.js";
import { kindOf } from "./content.js";
import { createLists } from "./lists.js";
import { createPhones } from "./phones.js";
import { createUploads } from "./uploads.js";

/** Choosing the present source again has failed if it has a problem after this long. */
const AGAIN_MS = 3000;

/** `onCameraFile(file)` for a file that may be a camera's; `problem(error)` for what goes wrong while it is closed. */
export function createSource({ onCameraFile, problem }) {
  const label = h("span", { class: "source-name" }, "Source");
  const button = h(
    "button",
    { class: "button source-button", type: "button", "aria-haspopup": "dialog", title: "Choose a source" },
    icon("webcam"),
    label,
    icon("chevron"),
  );
  const reason = h("p", {});
  const hint = h("p", { class: "help" });
  const alarm = h(
    "div",
    { class: "source-alarm", role: "alert", hidden: true },
    icon("warning"),
    h("div", {}, reason, hint),
  );
  const lists = createLists({ onRescan: refresh, onChoose: choose });
  const field = createAddress({ onOpen: choose });
  const phones = createPhones({ onChoose: choose, problem: fail });
  const uploads = createUploads({
    onFile: offerFile,
    onChoose: choose,
    onBusy: showUpload,
    onWhole: choose,
    onFailed: (error) => sheet.isOpen || problem(error),
    problem: fail,
  });
  const remember = h("input", { type: "checkbox", onchange: changeRemembered });
  const start = h("span", { class: "help" });
  const sheet = createSheet(
    { title: "Source", size: "wide", onOpen: opening, onClose: () => attention.dismissed() },
    alarm,
    h(
      "div",
      { class: "source-columns" },
      h("div", {}, lists.cameras, phones.element, group("An address", null, field.element)),
      h("div", {}, group("A video or image of your own", null, uploads.element), lists.others, lists.recordings),
    ),
    h("label", { class: "source-remember" }, remember, h("span", {}, "Start with this source next time", start)),
  );
  const attention = createAttention({ open: openByItself, close: sheet.close });
  button.addEventListener("click", sheet.open);
  sheet.element.addEventListener("click", attention.dismissed); // in use: it must not close by itself

  let state = null;
  let listed = { sources: [], no_cameras: null, addresses: true };
  let pending = null; // {source, since}: what is being opened
  let failure = null; // {error, hint} of the last choice
  let sent = null; // the share of an upload that has arrived; null without one
  let asked = false; // whether "next time" was changed since the sheet was opened

  function opening() {
    failure = null;
    asked = false;
    remember.checked = state?.start_source === state?.source && state?.source !== "demo";
    refresh();
    phones.refresh();
    uploads.refresh();
    draw();
  }

  function openByItself() {
    if (sheet.isOpen || document.querySelector("dialog[open]")) return false;
    sheet.open();
    return true;
  }

  async function refresh() {
    const answer = await get("api/sources").catch(() => null);
    if (answer === null) return;
    listed = answer;
    draw();
  }

  async function choose(source) {
    failure = null;
    pending = { source, since: performance.now() };
    draw();
    try {
      const body = asked && remember.checked ? { source, remember: true } : { source };
      const { switching } = await put("api/source", body);
      if (pending?.source === source) pending.source = switching; // an address, without its password
    } catch (error) {
      fail(error);
    }
    draw();
  }

  function fail({ error, message, hint: what = "" }) {
    pending = null;
    failure = { error: error ?? message, hint: what };
    if (!sheet.isOpen) problem(failure);
    draw();
  }

  async function changeRemembered() {
    asked = true;
    if (pending !== null) return; // it is sent with the choice, and this one is for the next
    try {
      const { start_source: next } = await put("api/source", { remember: remember.checked });
      state.start_source = next;
    } catch (error) {
      fail(error);
    }
    draw();
  }

  function showUpload(share) {
    sent = share;
    showButton();
  }

  function showButton() {
    const name = state?.source_label ?? "Source";
    setText(label, sent === null ? name : `Uploading ${Math.floor(100 * sent)} %`);
    button.setAttribute("aria-label", `Source: ${label.textContent}`);
  }

  function settle() {
    if (pending === null || state.source !== pending.source || state.switching) return;
    const trouble = state.stats?.source_problem ?? null;
    if (trouble === null) {
      pending = null;
      field.clear();
      if (sheet.isOpen) sheet.close();
    } else if (performance.now() - pending.since > AGAIN_MS) {
      fail({ error: trouble, hint: state.stats.source_hint ?? "" });
    }
  }

  function draw() {
    if (state === null) return;
    const trouble = state.stats?.source_problem ?? null;
    const shown = failure ?? (trouble && { error: trouble, hint: state.stats.source_hint ?? "" });
    alarm.hidden = !shown;
    if (shown) {
      setText(reason, sentence(shown.error));
      setText(hint, sentence(shown.hint));
    }
    const playing = trouble === null ? state.source : null;
    const rows = { playing, opening: pending?.source ?? null };
    uploads.update(rows);
    lists.update(listed, rows);
    phones.update(rows);
    field.setAllowed(listed.addresses);
    showRemembered();
  }

  function showRemembered() {
    const known = listed.sources.find(({ source }) => source === state.start_source);
    setText(start, `The next start without --source begins with: ${known?.label ?? state.start_source}.`);
  }

  /** A file that was chosen or dropped, of any kind. */
  async function offerFile(file) {
    let kind;
    try {
      kind = await kindOf(file);
    } catch {
      fail({ error: `${file.name} cannot be read`, hint: "choose a file, not a folder" });
      return;
    }
    if (kind === "camera") {
      if (sheet.isOpen) sheet.close();
      onCameraFile(file);
      return;
    }
    sheet.open();
    uploads.upload(file);
  }

  return {
    /** For the header. */
    button,
    element: sheet.element,
    open: sheet.open,
    offerFile,

    /** Called with each state and each statistics update. */
    update(next) {
      const publishing = String(state?.publishing);
      const before = JSON.stringify([state?.sources, state?.source]);
      state = next;
      button.hidden = state.view_only === true;
      if (!state.settings) return;
      if (sheet.isOpen && JSON.stringify([state.sources, state.source]) !== before) refresh();
      if (sheet.isOpen && String(state.publishing) !== publishing) phones.refresh();
      showButton();
      settle();
      if (pending === null) attention.update(state.stats?.source_problem ?? null, state.view_only === false);
      if (sheet.isOpen) draw();
    },

    /** A problem that the server reports; returns whether it is shown in the sheet. */
    problem(news) {
      if (pending === null) return sheet.isOpen && news.error === state?.stats?.source_problem;
      fail(news);
      return true;
    },
  };
}
