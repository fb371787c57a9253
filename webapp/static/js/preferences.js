// Display preferences, stored in this browser. Engine settings are on the server.

const KEY = "posecast.preferences";

export const DEFAULTS = {
  theme: null, // null: follow the system
  large: "scene", // or "video"
  view: "overlay",
  grid: false, // the floor's grid over the video
  show: {
    limbs: true,
    face: true,
    seen: false,
    shadow: true,
    trails: true,
    path: true,
    tags: true,
    floor: true,
    zones: true,
    axes: false,
    camera: true,
    adaptive: true,
  },
};

export function loadPreferences() {
  const saved = read();
  const values = { ...DEFAULTS, ...saved, show: { ...DEFAULTS.show, ...saved.show } };
  return {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      try {
        localStorage.setItem(KEY, JSON.stringify(values));
      } catch {
        // Storage is disabled: preferences last until the page is closed.
      }
    },
  };
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}
