// What was edited in a recording, applied to its scenes as they are read: the recorded file never changes.

/** `edits`: {trim_s: [from, to] | null, merged: [[1, 4], …], deleted: [ids], names: {"1": "Ada"}}, each optional. */
export function createEdits(edits = {}) {
  const { trim_s: trim = null, merged, deleted, names } = edits ?? {};
  const kept = new Map(); // by id: the id that it was merged into
  for (const group of merged ?? []) for (const id of group) kept.set(id, group[0]);
  const gone = new Set(deleted ?? []);
  const idOf = (id) => kept.get(id) ?? id;
  const isGone = (id) => gone.has(id) || gone.has(idOf(id));
  const nameOf = (id) => names?.[idOf(id)] ?? null;
  const none = kept.size === 0 && gone.size === 0 && Object.keys(names ?? {}).length === 0;

  /** One person, as edited. Merged people have the colour of the one that they were merged into. */
  function edited(person) {
    const id = idOf(person.id);
    const name = nameOf(person.id) ?? person.name;
    const colour = id === person.id ? person.colour : id;
    return { ...person, id, colour, ...(name ? { name } : {}) };
  }

  return {
    /** [start, end] of what is left of a recording of so many seconds. */
    range: (seconds) => (trim ? [Math.max(0, trim[0]), Math.min(seconds, trim[1])] : [0, seconds]),

    /** The scene as edited. Of two people in it who are merged, the first stays. */
    apply(scene) {
      if (none) return scene;
      const people = [];
      for (const person of scene.people) {
        if (isGone(person.id)) continue;
        const next = edited(person);
        if (!people.some(({ id }) => id === next.id)) people.push(next);
      }
      return { ...scene, people };
    },

    /** The mark as edited; null if it is of somebody who was deleted. */
    applyToMark(mark) {
      if (none || mark.person === null || mark.person === undefined) return mark;
      return isGone(mark.person) ? null : { ...mark, person: idOf(mark.person) };
    },
  };
}
