// The people of a recording: name them, make two ids one person, leave somebody out.

import { h, setText } from "../dom.js";
import { duration } from "../format.js";
import { labelOf, merged, named, peopleOf, removed, returned, separated } from "./who.js";

/** `onChange(change, said)`: what PATCH takes, and what was done, for people. {element, update(entry)}. */
export function createPeople({ onChange }) {
  const list = h("ul", { class: "recording-people" });
  const merge = h("button", { class: "button small", type: "button", disabled: true, onclick: join }, "Merge");
  const help = h("p", { class: "help" }, "Check ids that are the same person, and merge them.");
  const element = h("div", { class: "field" }, h("h4", {}, "People"), list, help, merge);
  const rows = new Map();
  let entry = null;

  const chosen = () => [...rows].filter(([, row]) => row.check.checked).map(([id]) => id);

  function join() {
    const ids = chosen();
    const change = merged(entry, ids);
    const kept = change.merged.at(-1)[0];
    onChange(change, `Merged ${ids.filter((id) => id !== kept).join(", ")} into ${kept}`);
    for (const id of ids) rows.get(id).check.checked = false;
    rows.get(kept)?.input.focus();
    choose();
  }

  function choose() {
    merge.disabled = chosen().length < 2;
    setText(merge, merge.disabled ? "Merge" : `Merge ${chosen().join(" and ")}`);
  }

  return {
    element,
    update(next) {
      entry = next;
      const people = peopleOf(entry);
      const ids = new Set(people.map(({ id }) => id));
      for (const [id, row] of rows)
        if (!ids.has(id)) {
          row.element.remove();
          rows.delete(id);
        }
      for (const person of people) {
        if (!rows.has(person.id)) rows.set(person.id, createRow({ onChange, choose, entry: () => entry }));
        rows.get(person.id).update(person);
      }
      list.replaceChildren(...people.map(({ id }) => rows.get(id).element));
      help.hidden = merge.hidden = people.length < 2;
      choose();
    },
  };
}

function createRow({ onChange, choose, entry }) {
  const check = h("input", { type: "checkbox", onchange: choose });
  const input = h("input", { type: "text", maxlength: 60, onchange: rename });
  const when = h("span", { class: "help" });
  const apart = h("button", { class: "button small", type: "button", onclick: separate }, "Separate");
  const out = h("button", { class: "button small", type: "button", onclick: toggle });
  const element = h("li", {}, check, input, when, h("div", { class: "row" }, apart, out));
  let person = null;

  function rename() {
    const name = input.value.trim();
    onChange(
      named(entry(), person.id, name),
      name ? `Person ${person.id} is ${name}` : `Person ${person.id} has no name`,
    );
  }

  function separate() {
    onChange(separated(entry(), person.id), `${labelOf(person)} is separate ids again`);
  }

  function toggle() {
    const change = person.gone ? returned(entry(), person.id) : removed(entry(), person.id);
    onChange(change, `${labelOf(person)} is ${person.gone ? "shown again" : "left out"}`);
  }

  return {
    element,
    check,
    input,
    update(next) {
      person = next;
      const ids = person.parts.join(" + ");
      element.classList.toggle("gone", person.gone);
      if (document.activeElement !== input) input.value = person.name;
      input.placeholder = `Person ${person.id}`;
      input.setAttribute("aria-label", `Name of person ${person.id}`);
      check.setAttribute("aria-label", `Merge person ${person.id}`);
      setText(when, `${ids} · ${duration(person.first)} to ${duration(person.last)}`);
      setText(out, person.gone ? "Show" : "Leave out");
      out.setAttribute("aria-label", `${person.gone ? "Show" : "Leave out"} ${labelOf(person)}`);
      apart.hidden = person.parts.length < 2;
      apart.setAttribute("aria-label", `Separate ${labelOf(person)}`);
    },
  };
}
