// The colours of people as the renderer needs them: linear, for the left and the right side, in the theme that holds.

import { Color } from "../../vendor/vendor.js";
import { colourOf, PALETTE, RIGHT_SHADE } from "../palette.js";

/** [r, g, b] of each colour, left (and middle) then right. */
function linear(theme) {
  return PALETTE.map((_, colour) => {
    const left = new Color(colourOf(colour, theme));
    const right = left.clone().convertLinearToSRGB().multiplyScalar(RIGHT_SHADE).convertSRGBToLinear();
    return [left.toArray(), right.toArray()];
  });
}

export function createColours() {
  const tables = { dark: linear("dark"), light: linear("light") };
  const colours = {
    theme: "dark",
    /** Increased when the theme changes: what was painted is painted again. */
    version: 0,
    /** [r, g, b] of a person's colour; the same array each time. */
    of: (colour, right = false) => tables[colours.theme][colour % PALETTE.length][right ? 1 : 0],
    setTheme(theme) {
      if (theme === colours.theme) return;
      colours.theme = theme;
      colours.version += 1;
    },
  };
  return colours;
}
