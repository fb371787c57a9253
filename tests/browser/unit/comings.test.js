import assert from "node:assert/strict";
import test from "node:test";
import { createComings } from "../../../webapp/static/js/timeline/comings.js";

const people = (...ids) => ids.map((id) => ({ id, name: null }));

test("who comes and goes is what the server says, once it says so", () => {
  const comings = createComings();
  assert.deepEqual(comings.see(0, { people: people(1, 2) }), []);
  const entered = { kind: "entered", person: 1, label: "Person 1 came into view" };
  const marks = comings.see(1, { people: people(1, 2), events: [entered] });
  assert.deepEqual(marks, [{ time: 1, kind: "came", person: 1, label: "Person 1 came into view" }]);
  assert.deepEqual(comings.see(20, { people: people(1, 7) }), []);
});

test("without its rules it is guessed from the ids", () => {
  const comings = createComings();
  comings.see(0, { people: people(1) });
  const marks = [2, 4, 6, 8, 10, 12].flatMap((time) => comings.see(time, { people: people() }));
  assert.deepEqual(
    marks.map(({ time, kind, person }) => [time, kind, person]),
    [
      [0, "came", 1],
      [0, "left", 1],
    ],
  );
});

test("other events are marks, too", () => {
  const comings = createComings();
  const raised = { kind: "hands_up", person: 1, label: "Person 1 raises both hands" };
  assert.equal(comings.see(3, { people: people(1), events: [raised] })[0].kind, "event");
});
