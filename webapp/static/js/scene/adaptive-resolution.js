// Keeps the 3D view smooth on slow machines: lowers the pixel ratio when frames take long, and raises it again later.

const SLOW_S = 1 / 22;
const FAST_S = 1 / 45;
/** On a slow display, fast is relative to its own interval; the cap well below SLOW_S prevents oscillation. */
const FAST_INTERVALS = 1.2;
const FAST_AT_MOST_S = 0.9 * SLOW_S;
/** Rates at which the estimated display interval follows shorter and longer steps; slow drawing must not raise it. */
const SHORTER = 0.1;
const LONGER = 0.002;
/** A single step this long is a pause, such as a hidden page; two in a row are slow drawing. */
const PAUSE_S = 0.25;
const SETTLE_S = 1.2;
/** After each failed increase the wait before the next one doubles, up to this; seconds. */
const LONGEST_SETTLE_S = 60;
/** Smallest pixel ratio, as a share of the display's own: below it the loss of quality outweighs the gain. */
const MIN_SCALE = 0.6;
/** Shortest interval of software rendering, which competes with the engine for the CPU; seconds. */
const SOFTWARE_INTERVAL_S = 1 / 21;

/** Whether WebGL is rendered in software: no graphics card, or none that the browser may use. */
export function drawsInSoftware() {
  const context = document.createElement("canvas").getContext("webgl2");
  const info = context?.getExtension("WEBGL_debug_renderer_info");
  const name = info ? context.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

export function createAdaptiveResolution(renderer, software) {
  const maxRatio = Math.min(devicePixelRatio || 1, 2);
  let ratio = software ? MIN_SCALE * maxRatio : maxRatio;
  let average = 1 / 60;
  let interval = 1 / 60; // s between two frames of the display, estimated from the shortest steps
  let paused = false;
  let sinceChange = 0;
  let settleTime = SETTLE_S;
  let adaptive = true;
  renderer.setPixelRatio(ratio);

  function setRatio(next) {
    sinceChange = 0;
    if (next === ratio) return;
    ratio = next;
    renderer.setPixelRatio(ratio);
  }

  function adjust() {
    if (average > SLOW_S) {
      if (ratio > MIN_SCALE * maxRatio) settleTime = Math.min(2 * settleTime, LONGEST_SETTLE_S);
      setRatio(Math.max(MIN_SCALE * maxRatio, ratio * 0.8));
    } else if (
      sinceChange >= settleTime &&
      average < Math.min(Math.max(FAST_S, FAST_INTERVALS * interval), FAST_AT_MOST_S)
    ) {
      setRatio(Math.min(maxRatio, ratio * 1.25));
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
      sinceChange += step;
      if (adaptive && sinceChange >= SETTLE_S) adjust();
    },

    /** If not adaptive, the display's full resolution is always used. */
    setAdaptive(is) {
      adaptive = is;
      if (!adaptive) setRatio(maxRatio);
    },
  };
}
