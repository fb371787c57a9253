// How two backends differ, in words. `stages` are milliseconds by stage, as the server gives them.

import { milliseconds } from "./format.js";

/** Closer than this, times on a machine that does other things too are the same. */
const SAME_TIME = 0.03;

export const total = (stages) => Object.values(stages).reduce((sum, value) => sum + value, 0);

/** Which is faster, and by how much. */
export function speedWords(a, b) {
  const [first, second] = [total(a), total(b)];
  if (!(first > 0 && second > 0)) return "";
  const ratio = Math.max(first, second) / Math.min(first, second);
  if (ratio < 1 + SAME_TIME) return "Both take the same time.";
  const saved = milliseconds(Math.abs(first - second));
  return `${first < second ? "A" : "B"} is ${ratio.toFixed(ratio < 10 ? 1 : 0)} times as fast: ${saved} less for a frame.`;
}

/** How far apart their people are; `difference`: {px, mm, oks, people}, null where there is nothing to compare. */
export function differenceWords(difference) {
  const { px = null, mm = null, oks = null, people = null } = difference ?? {};
  if (people === 0) return "B finds none of A’s people.";
  if (px === null) return "Nobody has been found by both yet.";
  const distances = [`${px.toFixed(1)} px`, mm === null ? null : `${mm.toFixed(mm < 10 ? 1 : 0)} mm`].filter(Boolean);
  const found = people === null ? null : `people ${percent(people)}`;
  return `B differs from A by ${[distances.join(" · "), `OKS ${oks.toFixed(3)}`, found].filter(Boolean).join(", ")}.`;
}

/** 100 % only where it is all. */
function percent(share) {
  return `${share === 1 ? 100 : Math.min(99.9, 100 * share).toFixed(1)} %`;
}
