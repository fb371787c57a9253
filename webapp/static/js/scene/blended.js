// Options of materials that are blended with what is behind them, yet drawn before people, in the order of
// `renderOrder`: the picture, the floor, shadows. Transparent materials would be drawn after people.

import { CustomBlending, OneFactor, OneMinusSrcAlphaFactor } from "../../vendor/vendor.js";

export const BLENDED = {
  blending: CustomBlending,
  blendSrcAlpha: OneFactor, // the canvas itself stays opaque
  blendDstAlpha: OneMinusSrcAlphaFactor,
};

export const ORDER = { picture: -3, floor: -2, shadows: -1 };
