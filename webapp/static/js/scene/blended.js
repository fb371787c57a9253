// Options of materials that are blended with what is behind them, but drawn in the order of `renderOrder` before people, as
// transparent materials are not: the picture, the floor, shadows.

import { CustomBlending, OneFactor, OneMinusSrcAlphaFactor } from "../../vendor/vendor.js";

export const BLENDED = {
  blending: CustomBlending,
  blendSrcAlpha: OneFactor, // the canvas itself stays opaque
  blendDstAlpha: OneMinusSrcAlphaFactor,
};

export const ORDER = { picture: -3, floor: -2, shadows: -1 };
