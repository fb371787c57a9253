// The colours of people. A scene says who has which (`colour`); the video's overlay has the dark ones
// (engine/overlay.py). Each has a bright form for the dark theme and a deep one for the light theme.

const PALETTES = {
  dark: ["#6892fd", "#f9997b", "#32f4be", "#eb6b92", "#d2de60", "#20a8c4", "#e5aefb", "#c58a2f"],
  light: ["#406ae8", "#a84e32", "#419075", "#86304c", "#454a01", "#16778b", "#81249e", "#aa7a34"],
};

/** Of what is written on the colours. */
const INKS = { dark: "#14181d", light: "#ffffff" };

export const PALETTE = PALETTES.dark;

/** Brightness of the right side of the body: distinguishes left from right. */
export const RIGHT_SHADE = 0.75;

/** `colour`: a person's index; over video, the dark theme's colours are used. */
export const colourOf = (colour, theme = "dark") => PALETTES[theme][colour % PALETTE.length];
export const inkOn = (theme) => INKS[theme];
