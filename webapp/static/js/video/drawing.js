// Draws people over a picture: limbs, joints and tags, as engine/overlay.py does, at the screen's own resolution.

import { colourOf, RIGHT_SHADE } from "../palette.js";
import { FACE, isRight, JOINT, JOINTS, LIMBS } from "../skeleton.js";

/** Behind people where there is no picture; engine/overlay.py has the same. */
export const BACKGROUND = "#181b21";
const INK = "#141414";
const HALO = "rgb(0 0 0 / 45%)";
const FONT = "system-ui, sans-serif";
/** The frame's shorter side per unit of thickness. */
const SIDE_PER_UNIT = 240;
/** Least sizes in CSS pixels, for small panels: half the width of a limb, and the height of an id. */
const MIN_UNIT_PX = 1.1;
const MIN_TEXT_PX = 11;
/** In units: radii of joints, smaller ones in the face, which stays visible; and a tag's distance from the head. */
const JOINT_UNITS = 1.6;
const FACE_UNITS = 1;
const TAG_UNITS = 8;

/** The pelvis has no 2D keypoint: the trunk is drawn from the neck to both hips. */
const TRUNK = [JOINT.left_hip, JOINT.right_hip].map((hip) => ({ from: JOINT.neck, to: hip }));
const HIPS = new Set([JOINT.pelvis, JOINT.left_hip, JOINT.right_hip]);
const SHOULDERS = new Set([JOINT.left_shoulder, JOINT.right_shoulder]);
const LIMBS_2D = [
  ...LIMBS.filter(
    ({ from, to }) => from !== JOINT.pelvis && to !== JOINT.pelvis && !(SHOULDERS.has(from) && HIPS.has(to)),
  ),
  ...TRUNK,
];

/**
 * `people` as on the wire, and `size`, the frame's width and height. Of the canvas, `scale` pixels are one pixel of the
 * frame, and `density` are one CSS pixel.
 */
export function drawPeople(context, { people, size }, { scale, density, tags }) {
  const unit = Math.max((Math.min(...size) / SIDE_PER_UNIT) * scale, MIN_UNIT_PX * density);
  context.lineCap = "round";
  for (const person of people) drawPerson(context, person, scale, unit, density);
  if (tags) drawTags(context, people, { scale, unit, height: Math.max(10 * unit, MIN_TEXT_PX * density) });
}

function drawPerson(context, { id, colour, keypoints_2d: points }, scale, unit, density) {
  const own = colourOf(colour ?? id);
  const right = shaded(own);
  const limbs = LIMBS_2D.filter(({ from, to }) => points[from] && points[to]);
  const line = (from, to) => {
    context.moveTo(points[from][0] * scale, points[from][1] * scale);
    context.lineTo(points[to][0] * scale, points[to][1] * scale);
  };
  const stroke = (chosen, style, width) => {
    context.beginPath();
    for (const { from, to } of chosen) line(from, to);
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  };
  stroke(limbs, HALO, 2 * unit + 1.6 * density);
  for (const side of [true, false])
    stroke(
      limbs.filter(({ to }) => isRight(to) === side),
      side ? right : own,
      2 * unit,
    );
  for (let joint = 0; joint < JOINTS.length; joint++) {
    if (!points[joint]) continue;
    context.beginPath();
    context.arc(
      points[joint][0] * scale,
      points[joint][1] * scale,
      (FACE.has(joint) ? FACE_UNITS : JOINT_UNITS) * unit,
      0,
      2 * Math.PI,
    );
    context.fillStyle = "#fff";
    context.fill();
    context.strokeStyle = isRight(joint) ? right : own;
    context.lineWidth = 0.55 * JOINT_UNITS * unit;
    context.stroke();
  }
}

/** Ids on plates above people, inside the picture; where two would overlap, the second one is above the first. */
function drawTags(context, people, { scale, unit, height }) {
  const placed = [];
  context.font = `600 ${height}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { id, name, colour, keypoints_2d: points } of people) {
    const top = points.filter(Boolean).reduce((best, point) => (best && best[1] <= point[1] ? best : point), null);
    if (!top) continue;
    const text = name ?? String(id);
    const plate = { width: context.measureText(text).width + 0.9 * height, height: 1.4 * height };
    place(plate, top[0] * scale, top[1] * scale - TAG_UNITS * unit, placed, context.canvas);
    placed.push(plate);
    context.fillStyle = colourOf(colour ?? id);
    context.beginPath();
    context.roundRect(plate.x, plate.y, plate.width, plate.height, 0.35 * height);
    context.fill();
    context.fillStyle = INK;
    context.fillText(text, plate.x + plate.width / 2, plate.y + plate.height / 2 + 0.05 * height);
  }
}

function place(plate, centre, bottom, placed, canvas) {
  plate.x = Math.min(Math.max(0, centre - plate.width / 2), canvas.width - plate.width);
  plate.y = Math.min(Math.max(0, bottom - plate.height), canvas.height - plate.height);
  for (let tries = 0; tries < placed.length; tries++) {
    const other = placed.find((known) => overlap(known, plate));
    if (!other || other.y < plate.height) return;
    plate.y = other.y - plate.height;
  }
}

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const shades = new Map();

/** The right side's colour, as engine/overlay.py shades it. */
function shaded(colour) {
  if (!shades.has(colour)) {
    const channels = [1, 3, 5].map((at) => Math.trunc(Number.parseInt(colour.slice(at, at + 2), 16) * RIGHT_SHADE));
    shades.set(colour, `rgb(${channels.join(" ")})`);
  }
  return shades.get(colour);
}
