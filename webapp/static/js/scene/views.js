// The viewpoint: presets, fit, following a person, and the real camera's own view.

import { OrbitControls, Spherical, Vector3 } from "../../vendor/vendor.js";
import { JOINT_COUNT, PELVIS } from "../skeleton.js";
import { mix } from "../timeline/moment.js";
import { createCameraView } from "./camera-view.js";
import { farthestOut, frameAll } from "./framing.js";
import { createRefit } from "./refit.js";

const GLIDE_S = 0.5;
/** Framing again is not asked for by the user: it is slower. */
const REFIT_GLIDE_S = 1.2;
/** Share of the view that people fill, and where they move about: then they soon leave it again. */
const FILLED = 0.86;
const FILLED_BY_WALKERS = 0.78;
/** The viewpoint stays above the floor, which is at y = 0. */
const LOWEST_M = 0.05;
/** Of the level part of the camera's direction. */
const STEEP = 0.15;
const FOLLOW_RATE = 6; // per second: how fast the view catches up with the person
/** Degrees from where the camera is, or from where people face, and above the horizon. */
const PRESETS = {
  overview: { turn: 34, rise: 16 },
  front: { turn: 0, rise: 4, facing: true },
  side: { turn: 90, rise: 4, facing: true },
  top: { turn: 0, rise: 89.5 },
};

/**
 * `subjects()` -> {points, count} of what to frame; `front(heading)` -> the angle that people face;
 * `realCamera()` -> the real camera as in world.js, or null;
 * `fovFor(aspect)` -> the vertical angle that contains its picture; `onChange(name)` when the view changes.
 */
export function createViews(camera, element, { subjects, front, realCamera, fovFor, reducedMotion, onChange }) {
  const controls = new OrbitControls(camera, element);
  controls.enableDamping = !reducedMotion;
  controls.dampingFactor = 0.12;
  controls.minDistance = 0.3;
  controls.maxDistance = 60;
  controls.keyPanSpeed = 24;
  controls.zoomToCursor = true;
  controls.listenToKeyEvents(element);

  const from = { place: new Spherical(), target: new Vector3() };
  const to = { place: new Spherical(), target: new Vector3() };
  const offset = new Vector3();
  const pelvis = new Vector3();
  const throughCamera = createCameraView(camera, controls, { realCamera, fovFor });
  const fitting = { target: new Vector3(), distance: 1 };
  const refit = createRefit();
  let gliding = 1;
  let glideTime = GLIDE_S;
  let view = "overview";
  let followed = null;

  controls.addEventListener("start", () => {
    gliding = 1;
    if (view === "camera") leaveCamera();
    else if (view !== "follow") setView(null);
  });

  /** Arrow keys move the view as dragging does, without an event of their own. */
  function takeByKeys({ code }) {
    if (code.startsWith("Arrow")) controls.dispatchEvent({ type: "start" });
  }
  element.addEventListener("keydown", takeByKeys);

  function setView(name) {
    view = name;
    onChange(name);
  }

  function glideTo(target, theta, phi, distance, seconds = GLIDE_S) {
    glideTime = seconds;
    refit.reset();
    from.target.copy(controls.target);
    from.place.setFromVector3(offset.subVectors(camera.position, controls.target));
    to.target.copy(target);
    to.place.set(distance, phi, nearest(theta, from.place.theta));
    gliding = reducedMotion ? 1 : 0;
    if (reducedMotion) place(1);
  }

  function frame(theta, phi, seconds, filled = FILLED) {
    const { points, count } = subjects();
    frameAll(points, count, camera, theta, phi, filled, fitting);
    glideTo(fitting.target, theta, phi, fitting.distance, seconds);
  }

  /** Frames people again, from the same direction, where they have left the view or fill little of it. */
  function keepFramed(dt) {
    const { points, count } = subjects();
    const { theta, phi } = to.place;
    frameAll(points, count, camera, theta, phi, FILLED, fitting);
    const distance = camera.position.distanceTo(controls.target);
    const aside = fitting.target.distanceTo(controls.target) / distance;
    const out = farthestOut(points, count, camera);
    if (refit.due(out, fitting.distance / distance, aside, dt))
      frame(theta, phi, REFIT_GLIDE_S, out > 1 ? FILLED_BY_WALKERS : FILLED);
  }

  function place(share) {
    controls.target.lerpVectors(from.target, to.target, share);
    offset.setFromSphericalCoords(
      mix(from.place.radius, to.place.radius, share),
      mix(from.place.phi, to.place.phi, share),
      mix(from.place.theta, to.place.theta, share),
    );
    camera.position.addVectors(controls.target, offset);
  }

  function leaveCamera() {
    throughCamera.leave();
    setView(null);
  }

  function nobodyInView() {
    const { points, count } = subjects();
    for (let i = 0; i < count; i++) if (farthestOut(points.subarray(3 * i, 3 * i + 3), 1, camera) < 1) return false;
    return true;
  }

  function follow(moment, points, dt) {
    const slot = moment.ids.indexOf(followed);
    if (slot < 0 || slot >= moment.count) return;
    pelvis.fromArray(points, 3 * (slot * JOINT_COUNT + PELVIS)).sub(controls.target);
    pelvis.multiplyScalar(Math.min(1, dt * FOLLOW_RATE));
    controls.target.add(pelvis);
    camera.position.add(pelvis);
  }

  /** Updates the controls; orbiting stops at the floor, and panning below it raises the viewpoint. */
  function stayAboveFloor(dt) {
    const distance = camera.position.distanceTo(controls.target);
    const cosine = (LOWEST_M - controls.target.y) / distance;
    controls.maxPolarAngle = Math.acos(Math.min(Math.max(cosine, -1), 1));
    controls.update(dt);
    const below = LOWEST_M - camera.position.y;
    if (below <= 0) return;
    camera.position.y += below;
    controls.target.y += below;
  }

  const views = {
    controls,
    get view() {
      return view;
    },

    /** One of PRESETS, `camera`, or `follow` with the id to follow. */
    go(name, id = null) {
      if (name === "camera" && !realCamera()) return;
      if (view === "camera" && name !== "camera") leaveCamera();
      followed = name === "follow" ? id : null;
      setView(name);
      gliding = 1;
      if (name === "camera") return;
      if (name === "follow") {
        from.place.setFromVector3(offset.subVectors(camera.position, controls.target));
        glideTo(
          controls.target,
          from.place.theta,
          Math.min(Math.max(from.place.phi, 1), 1.4),
          Math.min(from.place.radius, 4),
        );
        return;
      }
      const { turn, rise, facing } = PRESETS[name];
      const towardsCamera = heading(realCamera());
      frame((facing ? front(towardsCamera) : towardsCamera) + rad(turn), rad(90 - rise));
    },

    /** Frames all people from the current direction. */
    fit() {
      if (view === "camera") leaveCamera();
      from.place.setFromVector3(offset.subVectors(camera.position, controls.target));
      frame(from.place.theta, from.place.phi);
    },

    /** Frames the scene again after the calibration has changed; the user's own view only where it shows nobody. */
    refit() {
      if (view in PRESETS) views.go(view);
      else if (view === null && nobodyInView()) views.fit();
    },

    update(moment, points, dt) {
      if (view === "camera") return throughCamera.update();
      if (gliding < 1) {
        gliding = Math.min(1, gliding + dt / glideTime);
        place(ease(gliding));
      } else if (view in PRESETS && moment.count > 0) keepFramed(dt);
      if (view === "follow") follow(moment, points, dt);
      stayAboveFloor(dt);
      return undefined;
    },

    dispose() {
      element.removeEventListener("keydown", takeByKeys);
      controls.dispose();
    },
  };
  return views;
}

/** Angle about y of the direction from people towards the real camera: "front" is how the camera sees people. */
function heading(real) {
  if (!real) return 0;
  const { forward, displayFromCamera: m } = real;
  // A camera that looks straight down sees people from where the lower edge of its picture is.
  const steep = Math.hypot(forward.x, forward.z) < STEEP;
  return steep ? Math.atan2(m[1], m[7]) : Math.atan2(-forward.x, -forward.z);
}

/** The angle equal to `theta` that is nearest to `reference`: the shortest rotation. */
const nearest = (theta, reference) => theta + 2 * Math.PI * Math.round((reference - theta) / (2 * Math.PI));

const rad = (degrees) => (degrees * Math.PI) / 180;
const ease = (share) => share * share * (3 - 2 * share);
