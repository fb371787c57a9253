// Polygons on the floor: corners are [x, z].

/** Whether [x, z] is inside of the polygon, by the even-odd rule. */
export function isInside([x, z], corners) {
  let inside = false;
  corners.forEach(([x1, z1], i) => {
    const [x0, z0] = corners[(i + corners.length - 1) % corners.length];
    if (z0 > z !== z1 > z && x < x0 + ((z - z0) / (z1 - z0)) * (x1 - x0)) inside = !inside;
  });
  return inside;
}
