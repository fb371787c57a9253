// Marks of a tape from its scenes as they pass: people who come and go, and events. Who comes and goes is what the
// server's rules say, which wait until somebody is sure to be there; without these rules, it is guessed from the ids.

/** Seconds without a person after which they have left; shorter absences are gaps of the tracking. */
const GONE_S = 3;
/** Seconds for which a guess waits for the server to say it. */
const WAIT_S = 5;
const KINDS = { entered: "came", left: "left" };

const nameOf = ({ id, name }) => name ?? `Person ${id}`;

export function createComings() {
  const present = new Map(); // by id: {name, time}, the time last seen
  let guesses = []; // marks that the server may still say
  let told = false; // whether it says who comes and goes

  function guess(time, people) {
    for (const person of people) {
      if (!present.has(person.id)) guesses.push(markOf(time, "came", person.id, `${nameOf(person)} came`));
      present.set(person.id, { name: nameOf(person), time });
    }
    for (const [id, { name, time: seen }] of present) {
      if (time - seen <= GONE_S) continue;
      present.delete(id);
      guesses.push(markOf(seen, "left", id, `${name} left`));
    }
  }

  return {
    /** The marks that a scene with its `people` and `events`, at `time` on the tape, brings with it. */
    see(time, { people, events = [] }) {
      const marks = [];
      for (const { kind, person = null, label } of events) {
        told ||= kind in KINDS;
        marks.push(markOf(time, KINDS[kind] ?? "event", person, label ?? kind));
      }
      guess(time, people);
      const due = told ? guesses : guesses.filter((mark) => time - mark.time > WAIT_S);
      guesses = guesses.filter((mark) => !due.includes(mark));
      return told ? marks : [...due, ...marks];
    },

    clear() {
      present.clear();
      guesses = [];
      told = false;
    },
  };
}

const markOf = (time, kind, person, label) => ({ time, kind, person, label });
