// The list of recordings: follows the server, keeps what is being edited, and undoes.

import { get, patch, post, remove } from "../api.js";
import { h, setText } from "../dom.js";
import { bytes } from "../format.js";
import { createCard } from "./card.js";
import { titleOf } from "./titles.js";
import { before, changedSince } from "./who.js";

const READING_MS = 1500; // between two looks at recordings that the server is still reading

const pathOf = ({ name }) => `api/recordings/${encodeURIComponent(name)}`;

/**
 * `open(name)`; `download(name)`; `toasts`: {news, problem}; `loopOf(name)`.
 * {element, room, refresh, find, setLocked}.
 */
export function createLibrary({ open, download, toasts, loopOf }) {
  const list = h("ul", { class: "recordings", "aria-label": "Recordings" });
  const none = h("p", { class: "help" }, "No recordings yet.");
  const room = h("p", { class: "help" });
  const element = h("div", {}, none, list);
  const cards = new Map();
  let entries = [];
  let locked = false;
  let timer = 0;

  async function attempt(work) {
    try {
      return await work();
    } catch (error) {
      toasts.problem(error);
      draw(); // what was typed is what the server has again
      return null;
    }
  }

  async function change(entry, what, said) {
    const answer = await attempt(() => patch(pathOf(entry), what));
    if (answer === null) return null;
    replace(answer);
    toasts.news(said, { label: "Undo", run: () => takeBack(what, entry, answer) });
    return answer;
  }

  async function takeBack(what, earlier, after) {
    const now = entries.find(({ name }) => name === after.name);
    if (now && changedSince(what, after, now)) {
      toasts.problem({ error: "this was changed again since", hint: "undo the later change, or edit it" });
      return;
    }
    const answer = await attempt(() => patch(pathOf(after), before(earlier, what)));
    if (answer !== null) replace(answer);
  }

  async function discard(entry) {
    const neighbour = cards.get(entry.name)?.element.nextElementSibling ?? null;
    if ((await attempt(() => remove(pathOf(entry)))) === null) return;
    await refresh();
    const run = () => attempt(async () => [await post(`${pathOf(entry)}/restore`), await refresh()]);
    toasts.news(`Deleted ${titleOf(entry)}`, { label: "Undo", run });
    (neighbour?.querySelector("button") ?? element.closest(".panel")?.querySelector("button"))?.focus();
  }

  function replace(entry) {
    entries = entries.map((one) => (one.name === entry.name ? entry : one));
    draw();
  }

  function draw() {
    const names = new Set(entries.map(({ name }) => name));
    for (const [name, card] of cards)
      if (!names.has(name)) {
        card.element.remove();
        cards.delete(name);
      }
    for (const [at, entry] of entries.entries()) {
      if (!cards.has(entry.name))
        cards.set(entry.name, createCard({ open, download, change, remove: discard, loopOf }));
      const { element: card, update } = cards.get(entry.name);
      update(entry, locked);
      if (list.children[at] !== card) list.insertBefore(card, list.children[at] ?? null);
    }
    none.hidden = entries.length > 0;
  }

  async function refresh() {
    clearTimeout(timer);
    const answer = await attempt(() => get("api/recordings"));
    if (answer === null) return;
    entries = answer.recordings;
    draw();
    setText(room, `${bytes(answer.total_bytes)} of ${bytes(answer.cap_bytes)} used.`);
    if (entries.some(({ scenes }) => scenes === null)) timer = setTimeout(refresh, READING_MS);
  }

  return {
    element,
    room,
    refresh,
    /** The entry of a recording that has just been made, once its file is whole. */
    async find(name) {
      await refresh();
      return entries.find((entry) => entry.name === name) ?? null;
    },
    setLocked(is) {
      locked = is;
      draw();
    },
  };
}
