// What was edited in a recording, applied to its scenes as they are read: the recorded file never changes.

/** `edits`: {trim_s: [from, to] | null, merged: [[1, 4], …], deleted: [ids], names: {"1": "Ada"}}, each optional. */
export function createEdits(edits = {}) {
  const { trim_s: trim = null, merged, deleted, names } = edits ?? {};
  const kept = new Map(); // by id: the id that it was merged into
  const ranks = new Map(); // by id: its place in its group
  for (const group of merged ?? [])
    for (const [rank, id] of group.entries()) {
      kept.set(id, group[0]);
      ranks.set(id, rank);
    }
  const gone = new Set(deleted ?? []);
  const idOf = (id) => kept.get(id) ?? id;
  const isGone = (id) => gone.has(idOf(id));
  const nameOf = (id) => names?.[idOf(id)] ?? null;
  const none = kept.size === 0 && gone.size === 0 && Object.keys(names ?? {}).length === 0;

  const rankOf = ({ id, joints_3d: joints }) => [joints.length === 0 ? 1 : 0, ranks.get(id) ?? 0];
  function byPrecedence(a, b) {
    const [[noneA, a1], [noneB, b1]] = [rankOf(a), rankOf(b)];
    return noneA - noneB || a1 - b1;
  }

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

    /** The scene as edited. Of people in it who are merged, the first of them that has 3D stays, as in exports. */
    apply(scene) {
      if (none) return scene;
      const people = new Map();
      for (const person of [...scene.people].sort(byPrecedence))
        if (!isGone(person.id) && !people.has(idOf(person.id))) people.set(idOf(person.id), edited(person));
      return { ...scene, people: [...people.values()] };
    },

    /** The mark as edited, with a label; null if it is of somebody who was deleted. */
    applyToMark(mark) {
      const { person = null, kind } = mark;
      if (person === null) return { ...mark, label: mark.label ?? kind };
      if (isGone(person)) return null;
      const id = idOf(person);
      return { ...mark, person: id, label: mark.label ?? `${nameOf(id) ?? `Person ${id}`} ${kind}` };
    },
  };
}
