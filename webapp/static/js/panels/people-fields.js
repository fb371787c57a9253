// The settings about people: what everybody sets, and the exact ones.

import { sliderField, switchField } from "../fields.js";
import { metres } from "../format.js";
import { sliderRange } from "../settings.js";

/** Their names. */
export const PEOPLE = [
  "assumed_height_m",
  "smoothing",
  "smoothing_cutoff_hz",
  "smoothing_beta",
  "min_score",
  "min_keypoints",
];

/** `actions.settings(changes)`; {common, exact}: elements; update(settings). */
export function createPeopleFields(actions) {
  const slider = (name, label, help, format) =>
    sliderField({
      label,
      help,
      ...sliderRange(name),
      format,
      onChange: (value) => actions.settings({ [name]: value }),
    });
  const tall = slider(
    "assumed_height_m",
    "Assumed height of people",
    "A single camera cannot measure size: all distances scale with this.",
    metres,
  );
  const smoothing = switchField({
    label: "Smoothing",
    help: "Reduces jitter.",
    onChange: (on) => actions.settings({ smoothing: on }),
  });
  const cutoff = slider(
    "smoothing_cutoff_hz",
    "Smoothing at rest",
    "Minimum cutoff of the One Euro filter: lower values are steadier, and add delay.",
    (value) => `${value.toFixed(1)} Hz`,
  );
  const beta = slider(
    "smoothing_beta",
    "Response to fast movement",
    "Speed coefficient (beta) of the One Euro filter: higher values follow sooner, with more jitter.",
    (value) => value.toFixed(1),
  );
  const score = slider(
    "min_score",
    "Least confidence",
    "People whose joints are less certain on average (0 to 1) are left out.",
    (value) => value.toFixed(2),
  );
  const keypoints = slider(
    "min_keypoints",
    "Fewest joints seen",
    "People with fewer keypoints are left out; these are mostly stray arms and legs.",
    String,
  );
  return {
    common: [tall.element, smoothing.element],
    exact: [cutoff.element, beta.element, score.element, keypoints.element],
    update(settings) {
      tall.set(settings.assumed_height_m);
      smoothing.set(settings.smoothing);
      cutoff.set(settings.smoothing_cutoff_hz);
      beta.set(settings.smoothing_beta);
      cutoff.control.disabled = beta.control.disabled = !settings.smoothing;
      score.set(settings.min_score);
      keypoints.set(settings.min_keypoints);
    },
  };
}
