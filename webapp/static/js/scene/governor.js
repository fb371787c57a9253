// Keeps the 3D view fluent on weak machines: fewer pixels when frames take long, more again when there is time.

const SLOW_S = 1 / 22;
const FAST_S = 1 / 45;
/** Fast is also what keeps up with a slow display, in its own intervals; but well below SLOW_S, not to go to and fro. */
const FAST_INTERVALS = 1.2;
const FAST_AT_MOST_S = 0.9 * SLOW_S;
/** How fast the estimate of the display's interval follows shorter and longer steps: slow drawing is no slow display. */
const SHORTER = 0.1;
const LONGER = 0.002;
/** One step as long is a pause, such as a hidden page; two of them in a row are slow drawing. */
const PAUSE_S = 0.25;
const SETTLE_S = 1.2;
/** Every time that it was too much, more is tried later; seconds. */
const LONGEST_SETTLE_S = 60;
/** Share of the display's own pixels below which it looks worse than it helps. */
const LEAST = 0.6;
/** Drawing without a graphics card takes the processor from the engine: no more often than this, in seconds. */
const SOFTWARE_INTERVAL_S = 1 / 21;

/** Whether WebGL is drawn by the processor: no graphics card, or none that the browser may use. */
export function drawsInSoftware() {
  const context = document.createElement("canvas").getContext("webgl2");
  const info = context?.getExtension("WEBGL_debug_renderer_info");
  const name = info ? context.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

export function createGovernor(renderer, software) {
  const most = Math.min(devicePixelRatio || 1, 2);
  let ratio = software ? LEAST * most : most;
  let average = 1 / 60;
  let interval = 1 / 60; // s between two frames of the display, as the shortest steps tell it
  let paused = false;
  let settled = 0;
  let patience = SETTLE_S;
  let adaptive = true;
  renderer.setPixelRatio(ratio);

  function settle(next) {
    settled = 0;
    if (next === ratio) return;
    ratio = next;
    renderer.setPixelRatio(ratio);
  }

  function judge() {
    if (average > SLOW_S) {
      if (ratio > LEAST * most) patience = Math.min(2 * patience, LONGEST_SETTLE_S);
      settle(Math.max(LEAST * most, ratio * 0.8));
    } else if (settled >= patience && average < Math.min(Math.max(FAST_S, FAST_INTERVALS * interval), FAST_AT_MOST_S)) {
      settle(Math.min(most, ratio * 1.25));
    }
  }

  return {
    /** Whether to draw now, `dt` seconds after the last drawing. */
    due: (dt) => !software || dt >= SOFTWARE_INTERVAL_S,

    /** A frame was drawn `dt` seconds after the last. */
    observe(dt) {
      const pauses = dt >= PAUSE_S && !paused;
      paused = dt >= PAUSE_S;
      if (pauses) return;
      const step = Math.min(dt, PAUSE_S);
      average += (step - average) * 0.08;
      interval += (step - interval) * (step < interval ? SHORTER : LONGER);
      settled += step;
      if (adaptive && settled >= SETTLE_S) judge();
    },

    /** Always the display's own pixels, however slow, where not adaptive. */
    setAdaptive(is) {
      adaptive = is;
      if (!adaptive) settle(most);
    },
  };
}
