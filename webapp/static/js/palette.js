// One colour per id, the same as in the video's overlay (engine/overlay.py).

export const PALETTE = [
  "#4cc9f0",
  "#ffb703",
  "#80ed99",
  "#f72585",
  "#b388ff",
  "#ff7b54",
  "#2ec4b6",
  "#ffd6e0",
  "#c0ca33",
  "#90a8ff",
];

/** Brightness of the right side of the body: distinguishes left from right. */
export const RIGHT_SHADE = 0.62;

export const colourOf = (id) => PALETTE[id % PALETTE.length];
