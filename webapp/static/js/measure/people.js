// Whom one can measure: everybody who was seen since the tape was opened, and who of them is chosen.

/** `transport` of the timeline. */
export function createPeople(transport) {
  const names = new Map(); // by id; null without a name
  let ids = [];
  let chosen = null;

  return {
    /** Who is in view. */
    get ids() {
      return [...names.keys()].sort((a, b) => a - b);
    },
    get chosen() {
      return chosen;
    },
    get known() {
      return [...names.keys()];
    },
    choose(id) {
      chosen = id;
    },
    labelOf: (id) => names.get(id) ?? `Person ${id}`,

    /** Another tape. */
    reset() {
      names.clear();
      chosen = null;
      ids = [];
    },

    /** The ids of a drawn moment. */
    see(moment) {
      ids = [...moment.ids.subarray(0, moment.count)];
      if (ids.some((id) => !names.has(id))) {
        const scene = transport.tape.at(transport.time);
        for (const id of ids) names.set(id, scene?.people.find((one) => one.id === id)?.name ?? null);
      }
      chosen ??= ids[0] ?? null;
      return ids;
    },
  };
}
