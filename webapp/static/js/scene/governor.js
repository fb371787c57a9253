// Keeps the 3D view fluent on weak machines: fewer pixels when frames take long, more again when there is time.

const SLOW_S = 1 / 22;
const FAST_S = 1 / 45;
const SETTLE_S = 1.2;
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
  let settled = 0;
  let adaptive = true;
  renderer.setPixelRatio(ratio);

  function settle(next) {
    settled = 0;
    if (next === ratio) return;
    ratio = next;
    renderer.setPixelRatio(ratio);
  }

  return {
    /** Whether to draw now, `dt` seconds after the last drawing. */
    due: (dt) => !software || dt >= SOFTWARE_INTERVAL_S,

    /** A frame was drawn `dt` seconds after the last. */
    observe(dt) {
      average += (dt - average) * 0.08;
      settled += dt;
      if (!adaptive || settled < SETTLE_S) return;
      if (average > SLOW_S) settle(Math.max(LEAST * most, ratio * 0.8));
      else if (average < FAST_S) settle(Math.min(most, ratio * 1.25));
    },

    /** Always the display's own pixels, however slow, where not adaptive. */
    setAdaptive(is) {
      adaptive = is;
      if (!adaptive) settle(most);
    },
  };
}
