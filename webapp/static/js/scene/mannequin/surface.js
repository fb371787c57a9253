// A triangle mesh of the surface of a signed distance field, by surface nets: a vertex in each cell that the surface
// passes through, a quad around each edge of the grid that crosses it.

const CORNERS = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [i & 1, (i >> 1) & 1, i >> 2]);
const EDGES = [
  [0, 1], [2, 3], [4, 5], [6, 7], [0, 2], [1, 3], [4, 6], [5, 7], [0, 4], [1, 5], [2, 6], [3, 7],
]; // biome-ignore format: a table
const BLOCK = 5;
const STEP_M = 5e-4;

/** {positions, normals, indices}. `field(x, y, z)`: metres; `axes`: ascending coordinates of the grid, for x, y, z. */
export function surfaceOf(field, axes) {
  const [nx, ny, nz] = axes.map((axis) => axis.length);
  const at = (i, j, k) => i + nx * (j + ny * k);
  const values = sample(field, axes);
  const vertexOf = new Int32Array(nx * ny * nz).fill(-1);
  const positions = [];
  const indices = [];

  function addVertex(i, j, k) {
    const sum = [0, 0, 0];
    let count = 0;
    for (const [a, b] of EDGES) {
      const ca = corner(CORNERS[a], i, j, k);
      const cb = corner(CORNERS[b], i, j, k);
      if (ca.value < 0 === cb.value < 0) continue;
      const share = ca.value / (ca.value - cb.value);
      for (let axis = 0; axis < 3; axis++) sum[axis] += ca.place[axis] + share * (cb.place[axis] - ca.place[axis]);
      count += 1;
    }
    if (count === 0) return;
    vertexOf[at(i, j, k)] = positions.length / 3;
    positions.push(...sum.map((value) => value / count));
  }

  const corner = ([di, dj, dk], i, j, k) => ({
    value: values[at(i + di, j + dj, k + dk)],
    place: [axes[0][i + di], axes[1][j + dj], axes[2][k + dk]],
  });

  /** The quad of the four cells around the edge from grid point (i, j, k) along `axis`. */
  function addQuad(i, j, k, axis) {
    const point = [i, j, k];
    const next = [i, j, k];
    next[axis] += 1;
    const inside = values[at(...point)] < 0;
    if (inside === values[at(...next)] < 0) return;
    const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
    const cell = (du, dv) => {
      const place = [i, j, k];
      place[u] -= du;
      place[v] -= dv;
      return vertexOf[at(...place)];
    };
    const quad = [cell(1, 1), cell(0, 1), cell(0, 0), cell(1, 0)];
    const [a, b, c, d] = inside ? quad : quad.reverse();
    indices.push(a, b, c, a, c, d);
  }

  for (let k = 0; k < nz - 1; k++)
    for (let j = 0; j < ny - 1; j++) for (let i = 0; i < nx - 1; i++) if (mixed(i, j, k)) addVertex(i, j, k);
  for (let k = 1; k < nz - 1; k++)
    for (let j = 1; j < ny - 1; j++)
      for (let i = 1; i < nx - 1; i++) for (let axis = 0; axis < 3; axis++) addQuad(i, j, k, axis);

  function mixed(i, j, k) {
    let inside = 0;
    for (const [di, dj, dk] of CORNERS) if (values[at(i + di, j + dj, k + dk)] < 0) inside += 1;
    return inside > 0 && inside < 8;
  }

  const normals = refine(field, positions);
  return { positions: Float32Array.from(positions), normals, indices };
}

/** The field at the grid's points; in blocks that the surface does not come near, only its sign is right. */
function sample(field, axes) {
  const [xs, ys, zs] = axes;
  const values = new Float32Array(xs.length * ys.length * zs.length);
  for (const ks of blocks(zs)) {
    for (const js of blocks(ys)) {
      for (const is of blocks(xs)) {
        const value = field(is.middle, js.middle, ks.middle);
        const far = Math.abs(value) > 1.3 * Math.hypot(is.half, js.half, ks.half);
        for (let k = ks.start; k < ks.end; k++)
          for (let j = js.start; j < js.end; j++)
            for (let i = is.start; i < is.end; i++)
              values[i + xs.length * (j + ys.length * k)] = far ? value : field(xs[i], ys[j], zs[k]);
      }
    }
  }
  return values;
}

/** An axis in pieces of BLOCK points. */
function blocks(axis) {
  return Array.from({ length: Math.ceil(axis.length / BLOCK) }, (_, n) => {
    const start = n * BLOCK;
    const end = Math.min(start + BLOCK, axis.length);
    return { start, end, middle: (axis[start] + axis[end - 1]) / 2, half: (axis[end - 1] - axis[start]) / 2 };
  });
}

/** Moves the positions onto the surface, along the gradient, and returns its normals. */
function refine(field, positions) {
  const normals = new Float32Array(positions.length);
  for (let at = 0; at < positions.length; at += 3) {
    const [x, y, z] = [positions[at], positions[at + 1], positions[at + 2]];
    const normal = gradient(field, x, y, z);
    const away = field(x, y, z);
    for (let axis = 0; axis < 3; axis++) positions[at + axis] -= away * normal[axis];
    normals.set(normal, at);
  }
  return normals;
}

function gradient(field, x, y, z) {
  const slope = [
    field(x + STEP_M, y, z) - field(x - STEP_M, y, z),
    field(x, y + STEP_M, z) - field(x, y - STEP_M, z),
    field(x, y, z + STEP_M) - field(x, y, z - STEP_M),
  ];
  const size = Math.hypot(...slope) || 1;
  return slope.map((value) => value / size);
}
