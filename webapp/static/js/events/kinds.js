// What the page knows about kinds of events: their symbols. Their words come with them.

const SYMBOLS = {
  entered: "enter",
  left: "leave",
  zone_entered: "zone",
  zone_left: "zone",
  dwell: "clock",
  fall: "warning",
  hands_up: "joints",
  close: "people",
  repetition: "repeat",
  nobody: "nobody",
};

export const symbolOf = (kind) => SYMBOLS[kind] ?? "info";
