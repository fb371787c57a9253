// Who is in a recording, with its edits: pure functions from an entry of GET /api/recordings to people and to changes.

/** [{id, parts, name, first, last, gone}, …] by id; `parts`: the recorded ids of one person, the kept one first. */
export function peopleOf({ people, edits }) {
  const seen = new Map((people ?? []).map((person) => [person.id, person]));
  const groups = new Map([...seen.keys()].map((id) => [id, [id]]));
  for (const group of edits.merged) {
    for (const id of group) groups.delete(id);
    groups.set(group[0], group);
  }
  return [...groups].map(([id, parts]) => described(id, parts, seen, edits)).sort((a, b) => a.id - b.id);
}

function described(id, parts, seen, edits) {
  const known = parts.map((part) => seen.get(part)).filter(Boolean);
  return {
    id,
    parts,
    name: edits.names[id] ?? known.find(({ name }) => name)?.name ?? "",
    first: Math.min(...known.map(({ first }) => first)),
    last: Math.max(...known.map(({ last }) => last)),
    gone: edits.deleted.includes(id),
  };
}

export const labelOf = ({ id, name }) => name || `Person ${id}`;

/** The change that makes people with these ids one: the one who is seen first is kept, with the first name there is. */
export function merged(entry, ids) {
  const chosen = peopleOf(entry)
    .filter(({ id }) => ids.includes(id))
    .sort((a, b) => a.first - b.first);
  const parts = chosen.flatMap((person) => person.parts);
  const away = parts.slice(1);
  const name = chosen.find((person) => person.name)?.name ?? "";
  const names = without(entry.edits.names, away);
  return onlyChanges(entry, {
    merged: [...entry.edits.merged.filter((group) => !parts.includes(group[0])), parts],
    deleted: entry.edits.deleted.filter((id) => !parts.includes(id)),
    names: name ? { ...names, [parts[0]]: name } : names,
  });
}

/** The change that takes a merged person apart. */
export const separated = ({ edits }, id) => ({ merged: edits.merged.filter((group) => group[0] !== id) });

export const removed = ({ edits }, id) => ({ deleted: [...edits.deleted, id] });
export const returned = ({ edits }, id) => ({ deleted: edits.deleted.filter((other) => other !== id) });

export function named({ edits }, id, name) {
  const others = without(edits.names, [id]);
  return { names: name ? { ...others, [id]: name } : others };
}

/** What a change would overwrite: sent again, it undoes the change. */
export function before({ title, notes, edits }, change) {
  const now = { title, notes, ...edits };
  return Object.fromEntries(Object.keys(change).map((key) => [key, now[key]]));
}

/** Whether what a change set has been changed again: `after` is the entry that the server answered with. */
export const changedSince = (change, after, now) =>
  JSON.stringify(before(after, change)) !== JSON.stringify(before(now, change));

const onlyChanges = ({ edits }, change) =>
  Object.fromEntries(
    Object.entries(change).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(edits[key])),
  );

const without = (names, ids) => Object.fromEntries(Object.entries(names).filter(([id]) => !ids.includes(Number(id))));
