// The 3D view: composes floor, people, trails, tags and the camera's frustum, and draws them at the display's rate.

import {
  Color,
  DirectionalLight,
  HemisphereLight,
  PerspectiveCamera,
  Scene,
  WebGLRenderer,
} from "../../vendor/vendor.js";
import { JOINT_COUNT } from "../skeleton.js";
import { createMoment, MAX_PEOPLE } from "../timeline/moment.js";
import { createAdaptiveResolution, drawsInSoftware } from "./adaptive-resolution.js";
import { createArcs } from "./arcs.js";
import { createColours } from "./colours.js";
import { createFloor } from "./floor.js";
import { createFrustum } from "./frustum.js";
import { createGhost } from "./ghost.js";
import { createHover } from "./hover.js";
import { createPeople } from "./people.js";
import { createRig } from "./rig.js";
import { createShownCamera } from "./shown-camera.js";
import { createSubjects, frontOf, gather } from "./subjects.js";
import { createTags } from "./tags.js";
import { createTrails } from "./trails.js";
import { createViews } from "./views.js";
import { createWorld } from "./world.js";
import { createZoneEditor } from "./zone-editor.js";
import { createZones } from "./zones.js";

const FOV = 42;
/** Animations resume where they were after a pause. */
const LONGEST_STEP_S = 0.25;
/** Where the processor draws: about half of the triangles. */
const COARSE_BODIES = 1.35;

/**
 * Draws `timeline` onto `canvas`; `picture` is {canvas, show(frame, now)}: the live picture, told which frame is
 * shown. `onMoment(moment, hovered)` is called after each drawn frame, `onView(name)` when the preset changes,
 * `onPick(id, joint)` when a joint is clicked or tapped.
 */
export function createViewer({ canvas, timeline, picture, reducedMotion, onMoment, onView, onPick }) {
  const software = drawsInSoftware();
  const renderer = new WebGLRenderer({
    canvas,
    antialias: !software,
    powerPreference: "high-performance",
  });
  const resolution = createAdaptiveResolution(renderer, software);
  const scene = new Scene();
  const camera = new PerspectiveCamera(FOV, 1, 0.05, 200);
  camera.position.set(4, 2.4, 5);
  const colours = createColours();
  const parts = {
    floor: createFloor(),
    people: createPeople(colours, software ? COARSE_BODIES : 1),
    trails: createTrails(colours),
    tags: createTags(colours),
    frustum: createFrustum(picture.canvas),
    previousFrustum: createFrustum(picture.canvas),
    zones: createZones(colours),
  };
  const arcs = createArcs();
  const ghost = createGhost(software ? COARSE_BODIES : 1);
  parts.rig = createRig(picture.canvas, parts.frustum);
  for (const part of [...Object.values(parts), arcs, ghost]) scene.add(...part.objects);
  addLights(scene);

  const moment = createMoment();
  const points = new Float32Array(MAX_PEOPLE * JOINT_COUNT * 3);
  const framed = { points: createSubjects(), count: 0 };
  const options = { face: true };
  const shownCamera = createShownCamera({ ...parts, picture, camera });
  const hover = createHover(canvas, onPick);
  canvas.addEventListener("pointerdown", keepCameraView); // before the controls hear of it
  const world = createWorld({ parts, onChange: worldChanged });
  const views = createViews(camera, canvas, {
    subjects,
    front: (fromCamera) => frontOf(points, moment.count, fromCamera),
    realCamera: world.realCamera,
    fovFor: world.fovFor,
    reducedMotion,
    onChange: onView,
  });
  const zoneEditor = createZoneEditor({ canvas, camera, controls: views.controls, zones: parts.zones });
  views.controls.addEventListener("start", () => {
    touched = true;
  });
  let touched = false;
  let framedOnce = false;
  let framedPlace = false;
  let moved = false;
  let followed = null;
  let last = 0;
  let request = requestAnimationFrame(draw);

  /** Who presses on a joint in the camera's view means the joint: dragging would leave that view. */
  function keepCameraView() {
    views.controls.enabled = views.view !== "camera" || hover.pressed.slot < 0;
  }

  function worldChanged() {
    parts.trails.clear();
    moved = framedPlace;
  }

  /** People, or the place in front of the camera where no one is in view. */
  function subjects() {
    framed.count = gather(points, moment.count, framed.points);
    if (framed.count === 0) {
      const corners = world.expectedPlace();
      framed.points.set(corners);
      framed.count = corners.length / 3;
    }
    return framed;
  }

  /** Frames the place where people are expected, then the first that appear, unless the user has moved the view. */
  function frameFirst() {
    if (framedOnce || touched || !world.realCamera() || (framedPlace && moment.count === 0)) return;
    framedOnce = moment.count > 0;
    framedPlace = true;
    views.go("overview");
  }

  function placePeople(now) {
    const known = timeline.sample(now, moment, views.view !== "camera");
    if (known) world.toDisplay(moment, points, JOINT_COUNT * moment.count);
    frameFirst();
    if (!known) return;
    if (moved) views.refit();
    moved = false;
    parts.trails.update(moment, points, now / 1000);
  }

  function draw(now) {
    request = requestAnimationFrame(draw);
    const elapsed = (now - last) / 1000;
    if (!resolution.due(elapsed)) return;
    last = now;
    const dt = Math.min(elapsed, LONGEST_STEP_S);
    resolution.observe(elapsed);
    placePeople(now);
    views.update(moment, points, dt);
    shownCamera.update(world.realCamera(), views.view === "camera", moment, points, now, dt);
    hover.update(moment, points, camera, options.face);
    parts.people.update(moment, points, hover.hovered);
    parts.tags.update(moment, points, camera, canvas.clientHeight);
    ghost.update(moment, points);
    parts.zones.update(camera, canvas.clientHeight, dt);
    arcs.update(moment, points, camera, canvas.clientWidth, canvas.clientHeight);
    parts.floor.setCentre(views.controls.target.x, views.controls.target.z);
    renderer.render(scene, camera);
    onMoment(moment, hover.hovered);
  }

  function resize() {
    const { clientWidth: width, clientHeight: height } = canvas.parentElement;
    if (width === 0 || height === 0) return;
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    renderer.setSize(width, height, false);
    renderer.render(scene, camera); // a resized canvas is empty
  }

  /** The person to follow: the next one after the one followed now, the lowest id first. */
  function nextPerson() {
    const ids = [...moment.ids.subarray(0, moment.count)].sort((a, b) => a - b);
    followed = ids.find((id) => followed !== null && id > followed) ?? ids[0] ?? null;
    return followed;
  }

  const observer = new ResizeObserver(resize);
  observer.observe(canvas.parentElement);

  return {
    /** One of the presets; choosing `follow` again selects the next person. */
    look(name) {
      touched = true;
      views.go(name, name === "follow" ? nextPerson() : null);
    },
    fit: views.fit,
    arcs,
    ghost,
    zones: parts.zones,
    zoneEditor,
    setCamera: world.setCamera,
    /** A scene as on the wire: where the cameras of its rig stand, if it has one. */
    setRig: parts.rig.set,
    /** Cameras of the rig that deliver no pictures: a map by name. */
    setMissing: parts.rig.setMissing,
    setPreview: world.setPreview,
    /** A camera of the rig, as described by the server, where another calibration would put it; null ends that. */
    setRigPreview: parts.rig.setPreview,

    setColours({ theme, background, ground, line, frustum, accent, missing }) {
      colours.setTheme(theme);
      scene.background = new Color(background);
      parts.people.setTheme(theme, ground);
      ghost.setTheme(theme, ground);
      parts.floor.setColours({ ground, line });
      parts.frustum.setColour(frustum);
      parts.previousFrustum.setColour(line);
      parts.rig.setColours({ frustum, accent, missing });
    },

    /** Booleans: limbs, face, seen, shadow, trails, path, tags, floor, zones, axes, camera, adaptive. */
    show(choice) {
      Object.assign(options, choice);
      resolution.setAdaptive(options.adaptive);
      for (const part of Object.values(parts)) part.show(options);
      parts.previousFrustum.show({ camera: world.previewing });
    },

    dispose() {
      cancelAnimationFrame(request);
      observer.disconnect();
      canvas.removeEventListener("pointerdown", keepCameraView);
      hover.dispose();
      zoneEditor.dispose();
      views.dispose();
      for (const part of [...Object.values(parts), arcs, ghost]) part.dispose();
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
