// Curves of scenes as they are on the wire: what runs along live.

import { JOINT_COUNT } from "../skeleton.js";
import { displayFromWorld, transformPoints } from "../transform.js";
import { evaluateAngles } from "./angles.js";

/** Seconds between scenes that are a gap. */
const GAP_S = 0.5;

/** `quantities`: as of createQuantities. */
export function createSceneValues(quantities) {
  const known = new WeakMap(); // by scene: what was measured of each person

  function measured(scene, id) {
    if (!known.has(scene)) known.set(scene, new Map());
    const people = known.get(scene);
    if (!people.has(id)) people.set(id, measure(scene, id));
    return people.get(id);
  }

  /** {degrees, points}: the angles, and joints y up; null where the person has no 3D. */
  function measure(scene, id) {
    const person = scene.people.find((one) => one.id === id);
    if (!person || person.joints_3d.length === 0) return null;
    const points = Float64Array.from(person.joints_3d.flat());
    transformPoints(displayFromWorld(scene.up), points, points, 0, JOINT_COUNT);
    return { points, degrees: evaluateAngles(quantities.definitions, points, "+y", []) };
  }

  function one(quantity, here, before, after) {
    if (quantity.definition) return here.degrees[quantity.index];
    if (quantity.what === "height") return here.points[3 * quantity.joint + 1];
    if (!before || !after || after.time - before.time > GAP_S) return NaN;
    const at = 3 * quantity.joint;
    const [a, b] = [before.measured.points, after.measured.points];
    return Math.hypot(b[at] - a[at], b[at + 1] - a[at + 1], b[at + 2] - a[at + 2]) / (after.time - before.time);
  }

  return {
    /** {times, values} of a person's quantity over `scenes`; null in gaps. `timeOf(scene)`: seconds. */
    curve(scenes, timeOf, { person, quantity: name }) {
      const quantity = quantities.get(name);
      const times = scenes.map(timeOf);
      const all = scenes.map((scene, i) => ({ time: times[i], measured: measured(scene, person) }));
      const values = all.map((each, i) => {
        if (!each.measured) return null;
        const [before, after] = [all[i - 1], all[i + 1]].map((next) => (next?.measured ? next : null));
        const value = one(quantity, each.measured, before, after);
        return Number.isFinite(value) ? value : null;
      });
      return { times, values };
    },
  };
}
