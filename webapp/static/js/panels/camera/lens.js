// Fields of the world and the lens that are settings: up axis, floor height, true height, field of view.

import { numberField, section, selectField, sliderField } from "../../fields.js";
import { degrees, fieldOfView, focalLength, metres } from "../../format.js";
import { fullRange, sliderRange } from "../../settings.js";
import { UP_AXES } from "../../transform.js";

/** `settings(changes)` sends them. */
export function createLens({ settings: send }) {
  let camera = null;
  const up = selectField({
    label: "Up axis",
    help: "The world axis that points up in a camera file.",
    onChange: (value) => send({ up: value || null }),
  });
  const floor = sliderField({
    label: "Floor height",
    help: "Above the world origin. Moves the grid, not the joints.",
    ...sliderRange("floor_offset_m"),
    format: metres,
    onChange: (value) => send({ floor_offset_m: value }),
  });
  const height = numberField({
    label: "True height of the camera",
    help: "Above the floor, where no camera file says it. With it, people's sizes are measured.",
    unit: "m",
    ...fullRange("camera_height_m"),
    step: "any",
    placeholder: "unknown",
    onChange: (value) => send({ camera_height_m: value }),
  });
  const fov = sliderField({
    label: "Field of view",
    min: 20,
    max: 120,
    step: 0.5,
    format: degrees,
    help: "Horizontal. Too wide a value places people too close. Clear the focal length to return to automatic.",
    onChange: (value) => send({ fx: Math.round(10 * focalLength(value, camera.image_size[0])) / 10 }),
  });
  const fx = numberField({
    label: "Focal length",
    unit: "px",
    ...fullRange("fx"),
    step: "any",
    placeholder: "automatic",
    onChange: (value) => send({ fx: value }),
  });

  return {
    elements: [section("World", up.element, floor.element, height.element), section("Lens", fov.element, fx.element)],

    update({ camera: now, settings }) {
      camera = now;
      const ofFile = camera?.source === "file" && !camera.default && camera.format !== "named";
      up.control.disabled = !ofFile;
      const said = ofFile ? "From the camera file" : "Of the world";
      up.setOptions([
        ["", settings.up || !camera ? said : `${said}: ${camera.up}`],
        ...UP_AXES.map((axis) => [axis, axis]),
      ]);
      up.set(settings.up ?? "");
      floor.set(settings.floor_offset_m);
      height.control.disabled = camera?.source === "file";
      height.set(settings.camera_height_m);
      fx.set(settings.fx);
      fov.control.disabled = camera === null;
      if (camera === null) return;
      fx.setPlaceholder(`automatic: ${camera.fx.toFixed(1)}`);
      fov.set(fieldOfView(camera.fx, camera.image_size[0]));
    },
  };
}
