// The viewpoint: presets that keep people in view, and a user's own view that stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createSubjects, gather } from "../../../webapp/static/js/scene/subjects.js";
import { createViews } from "../../../webapp/static/js/scene/views.js";
import { JOINT_COUNT } from "../../../webapp/static/js/skeleton.js";
import { createMoment, MAX_PEOPLE } from "../../../webapp/static/js/timeline/moment.js";
import { PerspectiveCamera, Vector3 } from "../../../webapp/static/vendor/vendor.js";
import { crowd, standing } from "./people.js";

/** As much of an element as OrbitControls asks for. */
function createElement() {
  const element = new EventTarget();
  element.style = {};
  element.clientWidth = element.clientHeight = 600;
  element.ownerDocument = element;
  element.getRootNode = () => element;
  return element;
}

/** Views of `people`, which may be replaced; `camera` is the viewer's. */
function stand(people, { reducedMotion = true, real = null } = {}) {
  const element = createElement();
  const camera = new PerspectiveCamera(42, 1.6, 0.05, 200);
  camera.position.set(4, 2.4, 5);
  const moment = createMoment();
  const points = new Float32Array(3 * JOINT_COUNT * MAX_PEOPLE);
  const framed = { points: createSubjects(), count: 0 };
  const seen = [];
  const subjects = () => {
    framed.count = gather(points, moment.count, framed.points);
    return framed;
  };
  const views = createViews(camera, element, {
    subjects,
    front: (heading) => heading,
    realCamera: () => real,
    fovFor: () => 50,
    reducedMotion,
    onChange: (name) => seen.push(name),
  });
  const stage = {
    camera,
    views,
    seen,
    press: (code) => element.dispatchEvent(Object.assign(new Event("keydown"), { code })),
    put(...joints) {
      points.set(crowd(...joints));
      moment.count = joints.length;
    },
    play(seconds) {
      for (let t = 0; t < seconds; t += 1 / 30) {
        views.update(moment, points, 1 / 30);
        camera.updateMatrixWorld();
      }
    },
    /** Where a point is on the screen; 1 is the edge. */
    on: (x, y, z) => {
      camera.updateMatrixWorld();
      const { x: u, y: v } = new Vector3(x, y, z).project(camera);
      return Math.max(Math.abs(u), Math.abs(v));
    },
  };
  stage.put(...people);
  return stage;
}

for (const reducedMotion of [true, false]) {
  test(`people who walk out of a preset are followed, ${reducedMotion ? "without" : "with"} motion`, () => {
    for (const preset of ["overview", "front", "side", "top"]) {
      const stage = stand([standing(), standing({ x: 1.5 })], { reducedMotion });
      stage.views.go(preset);
      stage.play(1);
      assert.ok(stage.on(0, 1.8, 0) < 0.95, preset);
      stage.put(standing({ x: -4 }), standing({ x: 1.5 }));
      stage.play(2.5);
      for (const x of [-4, 1.5]) assert.ok(stage.on(x, 1.8, 0) < 0.97, `${preset}: a head at ${stage.on(x, 1.8, 0)}`);
    }
  });
}

test("a small movement moves nothing", () => {
  const stage = stand([standing()]);
  stage.views.go("front");
  stage.play(1);
  const before = stage.camera.position.clone();
  stage.put(standing({ x: 0.1 }));
  stage.play(6);
  assert.ok(before.distanceTo(stage.camera.position) < 1e-6);
});

test("the user's own view is never taken away", () => {
  const stage = stand([standing()]);
  stage.views.go("overview");
  stage.play(1);
  stage.press("ArrowLeft");
  assert.equal(stage.seen.at(-1), null);
  const before = stage.camera.position.clone();
  stage.put(standing({ x: 0.5 }), standing({ x: 9 }));
  stage.play(8);
  stage.views.refit();
  stage.play(1);
  assert.ok(before.distanceTo(stage.camera.position) < 0.3, "only the key's own movement");
  stage.put(standing({ x: 60 }));
  stage.views.refit();
  stage.play(1);
  assert.ok(stage.on(60, 1, 0) < 1, "a view of nobody is framed again when the world has changed");
});

test("front and overview work for a camera that looks straight down", () => {
  // Camera x right, y down, z forward: the picture's lower edge is towards +z of the display.
  const down = Float64Array.of(1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 3, 0);
  const real = { origin: new Vector3(0, 3, 0), forward: new Vector3(0, -1, 0), displayFromCamera: down, depth: 4 };
  const stage = stand([standing()], { real });
  stage.views.go("front");
  stage.play(1);
  assert.ok(stage.camera.position.z > 1 && Math.abs(stage.camera.position.x) < 0.1);
});
