// The 3D view: composes floor, people, trails, tags and the camera's frustum, and draws them at the display's rate.

import {
  Color, DirectionalLight, HemisphereLight, PerspectiveCamera, Scene, Vector3, WebGLRenderer,
} from "../../vendor/vendor.js";
import { JOINT_COUNT } from "../skeleton.js";
import { MAX_PEOPLE, createMoment } from "../timeline.js";
import { compose, displayFromWorld, identity, transformPoints, worldFromCamera } from "../transform.js";
import { createFloor } from "./floor.js";
import { NEAR_PLANE_M, createFrustum } from "./frustum.js";
import { createGovernor, drawsInSoftware } from "./governor.js";
import { createPeople } from "./people.js";
import { createPicker } from "./picker.js";
import { createTags } from "./tags.js";
import { createTrails } from "./trails.js";
import { DEFAULT_BOUNDS, createViews } from "./views.js";

const FOV = 42;
const FLOOR_MARGIN_M = 0.35;
/** After a pause, movements go on from where they were. */
const LONGEST_STEP_S = 0.25;

/**
 * Draws `timeline` onto `canvas`; `picture` is {canvas, show(frame)}: the live picture, told which frame is on show.
 * `onMoment(moment, hovered)` is called after each drawn frame, `onView(name)` when the preset changes.
 */
export function createViewer({ canvas, timeline, picture, reducedMotion, onMoment, onView }) {
  const software = drawsInSoftware();
  const renderer = new WebGLRenderer({ canvas, antialias: !software, stencil: true, powerPreference: "high-performance" });
  const scene = new Scene();
  const camera = new PerspectiveCamera(FOV, 1, 0.05, 200);
  camera.position.set(4, 2.4, 5);
  const parts = {
    floor: createFloor(), people: createPeople(), trails: createTrails(), tags: createTags(), frustum: createFrustum(picture.canvas), before: createFrustum(picture.canvas),
  };
  for (const part of Object.values(parts)) scene.add(...(part.objects ?? part.meshes));
  addLights(scene);

  const moment = createMoment();
  const points = new Float32Array(MAX_PEOPLE * JOINT_COUNT * 3);
  const hovered = { slot: -1, joint: -1 };
  const pick = createPicker();
  const governor = createGovernor(renderer, software);
  const filmed = { origin: new Vector3(), forward: new Vector3(), displayFromCamera: identity(), fov: FOV, depth: 4 };
  const box = { centre: new Vector3(), radius: 1, low: new Vector3(), high: new Vector3() };
  const options = { face: true };
  let calibration = null;
  let preview = null;
  let fromWorld = identity();
  let pointer = null;
  let touched = false;
  let followed = null;
  let greeted = false;
  let last = 0;
  let request = 0;

  const views = createViews(camera, canvas, {
    bounds: measureBounds,
    filmed: () => (calibration ? filmed : null),
    reducedMotion,
    onChange: onView,
  });
  views.controls.addEventListener("start", () => { touched = true; });

  /** Everybody; with the camera too where `withCamera`. */
  function measureBounds(withCamera) {
    box.low.setScalar(Infinity);
    box.high.setScalar(-Infinity);
    for (let i = 0; i < 3 * JOINT_COUNT * moment.count; i += 3) include(points[i], points[i + 1], points[i + 2]);
    if (moment.count === 0) {
      const { origin, forward } = filmed;
      if (calibration) include(origin.x + 3.2 * forward.x, DEFAULT_BOUNDS.height, origin.z + 3.2 * forward.z);
      else include(0, DEFAULT_BOUNDS.height, 0);
    }
    if (withCamera && calibration && options.camera) include(filmed.origin.x, filmed.origin.y, filmed.origin.z);
    box.centre.addVectors(box.low, box.high).multiplyScalar(0.5);
    box.radius = Math.max(DEFAULT_BOUNDS.radius * 0.75, box.low.distanceTo(box.high) / 2 + FLOOR_MARGIN_M);
    return box;
  }

  function include(x, y, z) {
    box.low.set(Math.min(box.low.x, x), Math.min(box.low.y, y), Math.min(box.low.z, z));
    box.high.set(Math.max(box.high.x, x), Math.max(box.high.y, y), Math.max(box.high.z, z));
  }

  function placeCamera() {
    const shown = preview ?? calibration;
    if (!shown) return;
    fromWorld = displayFromWorld(shown.up, shown.floor_offset_m ?? 0);
    const m = compose(fromWorld, worldFromCamera(shown.extrinsics));
    filmed.displayFromCamera.set(m);
    filmed.origin.set(m[9], m[10], m[11]);
    filmed.forward.set(m[2], m[5], m[8]);
    parts.floor.setWorld(fromWorld);
    parts.frustum.setCamera(shown, m);
    if (preview) parts.before.setCamera(calibration, compose(displayFromWorld(calibration.up, calibration.floor_offset_m), worldFromCamera(calibration.extrinsics)));
    parts.before.show({ camera: preview !== null });
    parts.trails.clear();
    setFov(shown);
  }

  /** The viewer's vertical angle that holds the whole picture when standing at the camera. */
  function setFov({ image_size: [width, height], fx, fy, cx, cy }) {
    const halfWidth = Math.max(cx, width - cx) / fx;
    const halfHeight = Math.max(cy, height - cy) / fy;
    filmed.fov = (2 * Math.atan(Math.max(halfHeight, halfWidth / camera.aspect)) * 180) / Math.PI;
  }

  function placePeople() {
    const count = JOINT_COUNT * moment.count;
    if (!preview) return transformPoints(fromWorld, moment.world, points, 0, count);
    return transformPoints(filmed.displayFromCamera, moment.camera, points, 0, count);
  }

  function deepest() {
    let depth = 3;
    for (let i = 2; i < 3 * JOINT_COUNT * moment.count; i += 3) depth = Math.max(depth, moment.camera[i]);
    return depth + 1.5;
  }

  function greet() {
    if (greeted || touched || !calibration || moment.count === 0) return;
    greeted = true;
    views.go("overview");
  }

  function draw(now) {
    request = requestAnimationFrame(draw);
    const elapsed = (now - last) / 1000;
    if (!governor.due(elapsed)) return;
    last = now;
    const dt = Math.min(elapsed, LONGEST_STEP_S);
    governor.observe(dt);
    if (timeline.sample(now, moment, views.view !== "camera")) {
      placePeople();
      greet();
      parts.trails.update(moment, points, now / 1000);
    }
    if (picture.show(moment.frame, now)) parts.frustum.refresh();
    views.update(moment, points, dt);
    if (pointer) Object.assign(hovered, pick(pointer.x, pointer.y, moment, points, camera, canvas.clientWidth, canvas.clientHeight, options.face));
    parts.people.update(moment, points, hovered);
    parts.tags.update(moment, points);
    parts.floor.setCentre(views.controls.target.x, views.controls.target.z);
    filmed.depth = deepest();
    parts.floor.setSolid(views.view !== "camera");
    parts.frustum.setDepth(views.view === "camera" ? filmed.depth : NEAR_PLANE_M);
    renderer.render(scene, camera);
    onMoment(moment, hovered);
  }

  function resize() {
    const { clientWidth: width, clientHeight: height } = canvas.parentElement;
    if (width === 0 || height === 0) return;
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    renderer.setSize(width, height, false);
    if (calibration) setFov(preview ?? calibration);
  }

  const observer = new ResizeObserver(resize);
  observer.observe(canvas.parentElement);
  const follow = (event) => { pointer = { x: event.offsetX, y: event.offsetY }; };
  const leave = () => {
    pointer = null;
    hovered.slot = hovered.joint = -1;
  };
  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerdown", follow);
  canvas.addEventListener("pointerleave", leave);
  request = requestAnimationFrame(draw);

  /** The person to follow: the next one after the one followed now, the lowest id first. */
  function nextPerson() {
    const ids = moment.ids.subarray(0, moment.count);
    const later = ids.filter((id) => followed !== null && id > followed);
    followed = later.length > 0 ? Math.min(...later) : ids.length > 0 ? Math.min(...ids) : null;
    return followed;
  }

  return {
    views,

    /** One of the presets; choosing `follow` again goes on to the next person. */
    look(name) {
      touched = true;
      views.go(name, name === "follow" ? nextPerson() : null);
    },

    /** The camera as in /api/state, with `floor_offset_m`. */
    setCamera(state) {
      const key = JSON.stringify(state);
      if (!state || key === JSON.stringify(calibration)) return;
      calibration = state;
      placeCamera();
    },

    /** Shows everybody as another calibration would have them; null goes back to the real one. */
    setPreview(state) {
      preview = state;
      placeCamera();
    },

    setColours({ background, ground, line, frustum }) {
      scene.background = new Color(background);
      parts.floor.setColours({ ground, line });
      parts.frustum.setColour(frustum);
      parts.before.setColour(line);
    },

    /** Booleans: limbs, face, seen, shadow, trails, path, tags, floor, axes, camera, adaptive. */
    show(choice) {
      Object.assign(options, choice);
      governor.setAdaptive(options.adaptive);
      for (const part of Object.values(parts)) part.show(options);
      parts.before.show({ camera: preview !== null });
    },

    dispose() {
      cancelAnimationFrame(request);
      observer.disconnect();
      canvas.removeEventListener("pointermove", follow);
      canvas.removeEventListener("pointerdown", follow);
      canvas.removeEventListener("pointerleave", leave);
      views.dispose();
      for (const part of Object.values(parts)) part.dispose();
      renderer.dispose();
    },
  };
}

function addLights(scene) {
  const sky = new HemisphereLight(0xffffff, 0x8a8f99, 1.9);
  const key = new DirectionalLight(0xffffff, 1.7);
  key.position.set(3, 8, 4);
  const rim = new DirectionalLight(0xffffff, 0.5);
  rim.position.set(-5, 3, -4);
  scene.add(sky, key, rim);
}
