// The ghost: a person of another recording beside the one that is shown, from a second of its own on, and in place
// where asked.

import { JOINT, JOINT_COUNT } from "../skeleton.js";
import { openRecording } from "../timeline/recording-tape.js";
import { displayFromWorld, transformPoints } from "../transform.js";

const HIPS = [JOINT.left_hip, JOINT.right_hip];

/** {x, y, z, heading}: the middle of the hips, and the angle about y that they face; null where they are missing. */
export function hipsOf(joints) {
  const [left, right] = HIPS.map((joint) => joints.subarray(3 * joint, 3 * joint + 3));
  const [x, y, z] = [0, 1, 2].map((axis) => (left[axis] + right[axis]) / 2);
  const heading = Math.atan2(-(left[2] - right[2]), left[0] - right[0]);
  return [x, y, z, heading].every(Number.isFinite) ? { x, y, z, heading } : null;
}

/**
 * Moves `joints`, display space, so that the hips lie over `hips` of now. `atStart`: {ghost, main}, the hips at A, from
 * which come the turn about y and the difference in height: both stay, so that what differs later is seen.
 */
export function putOver(joints, hips, { ghost, main }) {
  const own = hipsOf(joints);
  if (!own) return joints;
  const turn = main.heading - ghost.heading;
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const lift = main.y - ghost.y;
  const placed = new Float32Array(joints.length);
  for (let at = 0; at < joints.length; at += 3) {
    const [x, z] = [joints[at] - own.x, joints[at + 2] - own.z];
    placed[at] = hips.x + c * x + s * z;
    placed[at + 1] = joints[at + 1] + lift;
    placed[at + 2] = hips.z - s * x + c * z;
  }
  return placed;
}

/** The joints of a person of a scene, display space; null where they are not in 3D. */
function jointsOf(scene, person) {
  const found = scene?.people.find(({ id, joints_3d: joints }) => id === person && joints.length > 0);
  if (!found) return null;
  const joints = Float32Array.from(found.joints_3d.flat());
  transformPoints(displayFromWorld(scene.up), joints, joints, 0, JOINT_COUNT);
  return joints;
}

const firstPerson = (scene) => scene?.people.find(({ joints_3d: joints }) => joints.length > 0)?.id ?? null;

/** `transport`; `onChange()`; `problem(error)`; `open(name, onProblem)`: a promise of a tape. */
export function createGhost({ transport, onChange, problem, open = openRecording }) {
  let tape = null;
  let person = null;
  let start = 0; // on the ghost's own tape: what lies at A
  let inPlace = false;
  let against = null; // the person that it is compared with
  let atStart = null; // {key, ghost, main}: hips at A

  const begin = () => transport.loop?.[0] ?? transport.tape.start;
  /** Seconds that are added to the ghost's times. */
  const offset = () => begin() - start;

  async function measureStart() {
    const key = JSON.stringify([transport.tape.name, begin(), start, person, against]);
    if (atStart?.key === key) return;
    atStart = { key, ghost: null, main: null };
    const mine = atStart;
    await Promise.all([tape.load(start, start), transport.tape.load(begin(), begin())]);
    const [ghost, main] = [jointsOf(tape.at(start), person), jointsOf(transport.tape.at(begin()), against)];
    if (ghost && main) Object.assign(mine, { ghost: hipsOf(ghost), main: hipsOf(main) });
  }

  const ghost = {
    get isOpen() {
      return tape !== null;
    },
    get tape() {
      return tape;
    },
    get name() {
      return tape?.name ?? null;
    },
    get person() {
      return person;
    },
    get start() {
      return start;
    },
    get inPlace() {
      return inPlace;
    },
    get offset() {
      return offset();
    },

    /** Chooses a recording, or none with null. */
    async open(name) {
      try {
        const next = name === null ? null : await open(name, problem);
        await next?.load(next.start, next.start);
        tape = next;
        start = next?.start ?? 0;
        person = firstPerson(next?.at(next.start)) ?? person ?? 1;
      } catch (error) {
        problem(error);
        tape = null;
      }
      onChange();
    },

    set(changes) {
      person = changes.person ?? person;
      start = changes.start ?? start;
      inPlace = changes.inPlace ?? inPlace;
      onChange();
    },

    /** The person that the ghost is compared with. */
    setAgainst(id) {
      against = id;
    },

    /** Where the ghost is now: 57 numbers, display space; null while there is none. As scene/ghost.js asks. */
    pose(moment, points) {
      if (!tape || transport.tape.kind !== "recording") return null;
      const time = transport.time - offset();
      tape.follow(time);
      const joints = time < tape.start || time > tape.end ? null : jointsOf(tape.at(time), person);
      if (!joints || !inPlace) return joints;
      measureStart().catch(problem);
      const slot = moment.ids.subarray(0, moment.count).indexOf(against);
      if (slot < 0 || !atStart?.main) return joints;
      const hips = hipsOf(points.subarray(3 * JOINT_COUNT * slot, 3 * JOINT_COUNT * (slot + 1)));
      return hips ? putOver(joints, hips, atStart) : joints;
    },
  };
  return ghost;
}
