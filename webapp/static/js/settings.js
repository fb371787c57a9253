// The server's description of its settings, which it writes into the page: ranges and steps of the fields.

/** {min, max, step} of the slider for a setting. */
export function sliderRange(name) {
  const { minimum, maximum, step } = described(name)["x-slider"];
  return { min: minimum, max: maximum, step };
}

/** {min, max} of everything that a setting accepts. */
export function fullRange(name) {
  const { minimum, maximum } = described(name);
  return { min: minimum, max: maximum };
}

/** {min, max} of the values in a setting that is a map. */
export function valueRange(name) {
  const { minimum, maximum } = described(name).additionalProperties;
  return { min: minimum, max: maximum };
}

/** The value of a setting that nobody changed. */
export const defaultOf = (name) => described(name).default;

function described(name) {
  return JSON.parse(document.getElementById("settings-schema").textContent).properties[name];
}
