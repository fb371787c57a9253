// The picture of a rig is a mosaic of all cameras: people are drawn once for each camera that sees them.

/** {size, people}: a scene as its picture shows it. People of a rig have the `camera` that sees them. */
export function pictured({ image_size: size, people, cameras, mosaic_size }) {
  if (!cameras) return { size, people };
  const drawn = people.flatMap(({ views = {}, ...person }) =>
    Object.entries(views).map(([camera, { keypoints_2d }]) => ({
      ...person,
      camera,
      keypoints_2d: keypoints_2d.map(placed(cameras[camera])),
    })),
  );
  return { size: mosaic_size, people: drawn };
}

const placed =
  ({ image_size: [width], tile: [left, top, across] }) =>
  (point) =>
    point && [left + (point[0] * across) / width, top + (point[1] * across) / width, point[2]];
