// The angles that are measured, in space: an arc between its two sides, through the body, and where its number goes.

import { BufferAttribute, BufferGeometry, DoubleSide, Mesh, MeshBasicMaterial, Vector3 } from "../../vendor/vendor.js";
import { directionsOf } from "../measure/arc.js";
import { plus, scaled, unit } from "../measure/vectors.js";
import { JOINT_COUNT } from "../skeleton.js";
import { createRibbons } from "./ribbons.js";

const MOST = 16;
const STEPS = 20;
/** Metres: of the arc, of its sides, and of its number from the vertex. */
const RADIUS_M = 0.17;
const SIDE_M = 0.26;
const LABEL_M = 0.3;
const FLOATS = 9 * STEPS * MOST;

/** `show(marks)`, `update(…)` before each frame; then `places` says where the numbers go. */
export function createArcs() {
  const lines = createRibbons({ capacity: MOST * (STEPS + 2), width: 2.5 });
  const geometry = new BufferGeometry();
  const corners = new BufferAttribute(new Float32Array(FLOATS), 3);
  const colours = new BufferAttribute(new Float32Array(FLOATS), 3);
  geometry.setAttribute("position", corners);
  geometry.setAttribute("color", colours);
  const fill = new Mesh(
    geometry,
    new MeshBasicMaterial({ vertexColors: true, transparent: true, opacity: 0.38, side: DoubleSide, depthTest: false }),
  );
  fill.frustumCulled = false;
  fill.renderOrder = 4;
  fill.material.depthWrite = lines.mesh.material.depthTest = false;
  lines.mesh.renderOrder = 5;
  const point = new Vector3();
  let marks = [];
  let count = 0; // of the corners
  const places = [];

  function triangle(vertex, a, b, colour) {
    for (const corner of [vertex, a, b]) {
      corners.array.set(corner, 3 * count);
      colours.array.set(colour, 3 * count);
      count += 1;
    }
  }

  function draw({ vertex, from, to }, colour) {
    const directions = directionsOf({ from, to }, STEPS);
    const rim = directions.map((direction) => plus(vertex, scaled(direction, RADIUS_M)));
    const line = (a, b) => lines.add(a, 0, b, 0, ...colour);
    for (let i = 1; i < rim.length; i++) {
      triangle(vertex, rim[i - 1], rim[i], colour);
      line(rim[i - 1], rim[i]);
    }
    line(vertex, plus(vertex, scaled(from, SIDE_M)));
    line(vertex, plus(vertex, scaled(to, SIDE_M)));
    const middle = unit(directions[directions.length >> 1]);
    return plus(vertex, scaled(middle, LABEL_M));
  }

  function place(key, at, camera, width, height) {
    point.set(...at).project(camera);
    places.push({ key, x: (point.x * 0.5 + 0.5) * width, y: (0.5 - point.y * 0.5) * height, seen: point.z < 1 });
  }

  return {
    objects: [fill, lines.mesh],
    /** [{key, x, y, seen}]: CSS pixels of each number. */
    places,

    /** `next`: [{key, person, colour: [r, g, b] linear, find(joints)}]; `find`: an arc, a vertex alone, or null. */
    show(next) {
      marks = next.slice(0, MOST);
    },

    /** `points`: the moment's joints in display space. */
    update(moment, points, camera, width, height) {
      count = places.length = 0;
      lines.clear();
      for (const { key, person, colour, find } of marks) {
        const slot = moment.ids.subarray(0, moment.count).indexOf(person);
        if (slot < 0) continue;
        const found = find(points.subarray(3 * JOINT_COUNT * slot, 3 * JOINT_COUNT * (slot + 1)));
        if (found) place(key, found.from ? draw(found, colour) : found.vertex, camera, width, height);
      }
      geometry.setDrawRange(0, count);
      corners.needsUpdate = colours.needsUpdate = count > 0;
      fill.visible = lines.mesh.visible = count > 0;
    },

    dispose() {
      geometry.dispose();
      fill.material.dispose();
      lines.dispose();
    },
  };
}
