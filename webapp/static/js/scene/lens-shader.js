// Undistorts a picture on the GPU: each place of a pinhole's picture shows what the lens has put elsewhere.
//
// The same polynomial as engine/distortion.py: k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4, in OpenCV's order.

const COEFFICIENTS = 12;

const LENS = `
uniform float lens[${COEFFICIENTS}];
uniform vec4 pinhole; // fx, fy, cx, cy as shares of the picture's sides

vec2 throughLens(vec2 uv) {
  vec2 p = (vec2(uv.x, 1.0 - uv.y) - pinhole.zw) / pinhole.xy;
  float r2 = dot(p, p);
  float above = 1.0 + r2 * (lens[0] + r2 * (lens[1] + r2 * lens[4]));
  float below = 1.0 + r2 * (lens[5] + r2 * (lens[6] + r2 * lens[7]));
  float xy = 2.0 * p.x * p.y;
  vec2 tangential = vec2(
    lens[2] * xy + lens[3] * (r2 + 2.0 * p.x * p.x),
    lens[2] * (r2 + 2.0 * p.y * p.y) + lens[3] * xy
  );
  vec2 prism = r2 * vec2(lens[8] + r2 * lens[9], lens[10] + r2 * lens[11]);
  vec2 bent = (p * above / below + tangential + prism) * pinhole.xy + pinhole.zw;
  return vec2(bent.x, 1.0 - bent.y);
}
`;

const SAMPLE = `
#ifdef USE_MAP
  vec2 lensUv = throughLens(vMapUv);
  if (any(lessThan(lensUv, vec2(0.0))) || any(greaterThan(lensUv, vec2(1.0)))) discard;
  diffuseColor *= texture2D(map, lensUv);
#endif
`;

/** Makes `material` show its map undistorted. `set(camera)`: {image_size, fx, fy, cx, cy, distortion?} in pixels. */
export function undistort(material) {
  const uniforms = { lens: { value: new Float32Array(COEFFICIENTS) }, pinhole: { value: [1, 1, 0.5, 0.5] } };
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, uniforms);
    shader.fragmentShader = LENS + shader.fragmentShader.replace("#include <map_fragment>", SAMPLE);
  };
  return {
    set({ image_size: [width, height], fx, fy, cx, cy, distortion = [] }) {
      uniforms.lens.value.fill(0).set(distortion.slice(0, COEFFICIENTS));
      uniforms.pinhole.value = [fx / width, fy / height, cx / width, cy / height];
    },
  };
}
