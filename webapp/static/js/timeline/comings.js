// Marks of a tape from its scenes as they pass: people who come and go, and events.

/** Seconds without a person after which they have left; shorter absences are gaps of the tracking. */
const GONE_S = 1;
/** Kinds of events that say the same as a coming or going found here. */
const SAID_ANYWAY = new Set(["entered", "left"]);

const nameOf = ({ id, name }) => name ?? `Person ${id}`;

export function createComings() {
  const present = new Map(); // by id: {name, time}, the time last seen

  return {
    /** The marks that a scene with its `people` and `events`, at `time` on the tape, brings with it. */
    see(time, { people, events = [] }) {
      const marks = [];
      for (const person of people) {
        if (!present.has(person.id)) marks.push(markOf(time, "came", person.id, `${nameOf(person)} came`));
        present.set(person.id, { name: nameOf(person), time });
      }
      for (const [id, { name, time: seen }] of present) {
        if (time - seen <= GONE_S) continue;
        present.delete(id);
        marks.push(markOf(seen, "left", id, `${name} left`));
      }
      for (const { kind, person = null, label } of events)
        if (!SAID_ANYWAY.has(kind)) marks.push(markOf(time, "event", person, label ?? kind));
      return marks;
    },

    clear: () => present.clear(),
  };
}

const markOf = (time, kind, person, label) => ({ time, kind, person, label });
