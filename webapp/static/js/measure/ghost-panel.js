// The choices of the ghost: which recording, who of it, from which second on, and whether it is put over the person.

import { get } from "../api.js";
import { h } from "../dom.js";
import { numberField, selectField, switchField } from "../fields.js";
import { titleOf } from "../recordings/titles.js";

/** `ghost` as of ghost.js; `problem(error)`. */
export function createGhostPanel({ ghost, problem }) {
  const which = selectField({
    label: "Ghost",
    options: [["", "None"]],
    onChange: (value) => ghost.open(value === "" ? null : value),
  });
  const who = selectField({ label: "Person", onChange: (value) => ghost.set({ person: Number(value) }) });
  const start = numberField({
    label: "Starts at",
    unit: "s",
    min: 0,
    step: 0.01,
    onChange: (seconds) => ghost.set({ start: seconds ?? 0 }),
  });
  const inPlace = switchField({ label: "Hips over hips", onChange: (is) => ghost.set({ inPlace: is }) });
  const rest = h("div", { class: "ghost-rest" }, who.element, start.element, inPlace.element);
  const element = h("div", { class: "ghost-panel", hidden: true }, which.element, rest);
  let recordings = [];

  /** Everybody of the recording, as far as the server knows them. */
  function people() {
    const known = recordings.find(({ name }) => name === ghost.name)?.people ?? [];
    const ids = new Set([...known.map(({ id }) => id), ghost.person]);
    return [...ids].sort((a, b) => a - b).map((id) => [String(id), `Person ${id}`]);
  }

  return {
    element,

    async open() {
      element.hidden = false;
      try {
        recordings = (await get("api/recordings")).recordings;
        which.setOptions([["", "None"], ...recordings.map((one) => [one.name, titleOf(one)])]);
        which.set(ghost.name ?? "");
      } catch (error) {
        problem(error);
      }
    },

    close() {
      element.hidden = true;
    },

    update() {
      rest.hidden = !ghost.isOpen;
      if (!ghost.isOpen) return;
      who.setOptions(people());
      who.set(String(ghost.person));
      start.set(Number(ghost.start.toFixed(2)));
      inPlace.set(ghost.inPlace);
    },
  };
}
