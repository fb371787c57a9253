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

/**
 * The part of the mosaic that `camera` has, null for all: {shares, isFirst}, where `shares` are left, top, width and
 * height from 0 to 1, and `isFirst` says whether it is the rig's first camera. null for other sources.
 */
export function partOf({ cameras, mosaic_size: [width, height] = [] }, camera) {
  if (!cameras) return null;
  if (!cameras[camera]) return { shares: [0, 0, 1, 1], isFirst: false };
  const [x, y, across, down] = cameras[camera].tile;
  return {
    shares: [x / width, y / height, across / width, down / height],
    isFirst: camera === Object.keys(cameras)[0],
  };
}

const placed =
  ({ image_size: [width], tile: [left, top, across] }) =>
  (point) =>
    point && [left + (point[0] * across) / width, top + (point[1] * across) / width, point[2]];
