// What is measured, over the picture: the arcs as the camera sees them, at the joints where they were found.

import { JOINT, JOINT_COUNT } from "../skeleton.js";
import { displayFromWorld, transformPoints } from "../transform.js";
import { directionsOf, placeOf } from "./arc.js";
import { dot, plus, scaled } from "./vectors.js";

const RADIUS_M = 0.17;
const LABEL_M = 0.3;
const STEPS = 20;
const FONT = "600 13px system-ui, sans-serif";
const INK = "#ffffff";
const PLATE = "rgb(10 14 18 / 72%)";

/** y up -> the camera's frame, for directions and points; `camera`: {extrinsics: {R, t}, up}. */
export function createProjection({ extrinsics: { R, t }, up, fx, fy, cx, cy }) {
  const turn = displayFromWorld(up); // a rotation alone
  const column = (k) => [turn[k], turn[3 + k], turn[6 + k]];
  return (point) => {
    const world = [dot(column(0), point), dot(column(1), point), dot(column(2), point)];
    const [x, y, z] = R.map((row, i) => dot(row, world) + t[i]);
    return z > 0.1 ? [(fx * x) / z + cx, (fy * y) / z + cy] : null;
  };
}

/**
 * Draws the marks of `people` as on the wire. `marks`: [{person, quantity, colour: css, text, find}]; of the canvas,
 * `scale` pixels are one pixel of the frame, and `density` are one CSS pixel.
 */
export function drawMarks(context, { people }, { marks, camera, scale, density }) {
  if (!camera) return;
  const project = createProjection(camera);
  const placed = []; // numbers so far, to keep the next ones off them
  for (const mark of marks) {
    const person = people.find(({ id }) => id === mark.person);
    if (!person?.joints_3d?.length) continue;
    const joints = Float64Array.from(person.joints_3d.flat());
    transformPoints(displayFromWorld(camera.up), joints, joints, 0, JOINT_COUNT);
    const found = mark.find(joints);
    if (found) drawMark(context, person, mark, found, { project, scale, density, placed });
  }
}

function drawMark(context, person, mark, { vertex, from, to }, { project, scale, density, placed }) {
  const centre = project(vertex);
  const seen = anchorOf(person, mark);
  if (!centre) return;
  const shift = seen ? [seen[0] - centre[0], seen[1] - centre[1]] : [0, 0];
  const at = (point) => {
    const pixel = project(point);
    return pixel && [(pixel[0] + shift[0]) * scale, (pixel[1] + shift[1]) * scale];
  };
  if (!from) return label(context, mark, at(vertex), density, placed);
  const directions = directionsOf({ from, to }, STEPS);
  const rim = directions.map((direction) => at(plus(vertex, scaled(direction, RADIUS_M))));
  if (rim.includes(null)) return undefined;
  context.beginPath();
  context.moveTo(...at(vertex));
  for (const pixel of rim) context.lineTo(...pixel);
  context.closePath();
  context.globalAlpha = 0.4;
  context.fillStyle = mark.colour;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = mark.colour;
  context.lineWidth = 2 * density;
  context.stroke();
  return label(context, mark, at(plus(vertex, scaled(directions[directions.length >> 1], LABEL_M))), density, placed);
}

/** Where the vertex was found in the picture: the mean of its keypoints; null unless all of them were. */
function anchorOf({ keypoints_2d: found }, { quantity, joint }) {
  const places =
    joint === undefined ? Object.entries(placeOf(quantity)).map(([name, w]) => [JOINT[name], w]) : [[joint, 1]];
  if (places.some(([index]) => !found[index])) return null;
  return [0, 1].map((axis) => places.reduce((sum, [index, weight]) => sum + weight * found[index][axis], 0));
}

function label(context, { text, colour }, at, density, placed) {
  if (!at || !text) return;
  context.font = FONT.replace("13px", `${13 * density}px`);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 10 * density;
  keepApart(at, placed, width, 22 * density);
  context.fillStyle = PLATE;
  context.beginPath();
  context.roundRect(at[0] - width / 2, at[1] - 10 * density, width, 20 * density, 5 * density);
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = density;
  context.stroke();
  context.fillStyle = INK;
  context.fillText(text, at[0], at[1] + 0.5 * density);
}

/** Moves [x, y] down until it is off all of `placed`, and adds it to them. Also for labels of the 3D view. */
export function keepApart(at, placed, width, height) {
  for (const other of [...placed].sort((a, b) => a[1] - b[1]))
    if (Math.abs(other[0] - at[0]) < width && Math.abs(other[1] - at[1]) < height) at[1] = other[1] + height;
  placed.push(at);
}
