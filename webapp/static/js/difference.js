// Describes in words how two backends differ. `stages` are milliseconds by stage, as the server gives them.

import { milliseconds } from "./format.js";

/** Smaller relative differences are within the noise of a busy machine. */
const SAME_TIME = 0.03;

export const total = (stages) => Object.values(stages).reduce((sum, value) => sum + value, 0);

/** Which is faster, and by how much. */
export function describeSpeed(a, b) {
  const [first, second] = [total(a), total(b)];
  if (!(first > 0 && second > 0)) return "";
  const ratio = Math.max(first, second) / Math.min(first, second);
  if (ratio < 1 + SAME_TIME) return "Both take the same time.";
  const saved = milliseconds(Math.abs(first - second));
  const faster = first < second ? "A" : "B";
  return `${faster} is ${ratio.toFixed(ratio < 10 ? 1 : 0)} times as fast: ${saved} less per frame.`;
}

/** How far their results are apart; `difference`: {px, mm, oks, people}, null if there is nothing to compare. */
export function describeDifference(difference) {
  const { px = null, mm = null, oks = null, people = null } = difference ?? {};
  if (people === 0) return "B detects none of A’s people.";
  if (px === null) return "No person detected by both yet.";
  const distances = [`${px.toFixed(1)} px`, mm === null ? null : `${mm.toFixed(mm < 10 ? 1 : 0)} mm`].filter(Boolean);
  const found = people === null ? "" : `; it detects ${percent(people)} of A’s people`;
  return `B differs from A by ${distances.join(" · ")}, OKS ${oks.toFixed(3)}${found}.`;
}

/** Rounded, but 100 % only for all. */
function percent(share) {
  return `${share === 1 ? 100 : Math.min(99.9, 100 * share).toFixed(1)} %`;
}
