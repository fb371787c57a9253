// When a preset frames people again: soon after somebody has left the view, and later if it could be much nearer.

/** 1 is the view's edge. */
const OUT = 0.97;
const OUT_FOR_S = 0.2;
/** The fitting distance over the present one, and the way to the fitting target over the distance. */
const NEARER = 0.72;
const ASIDE = 0.22;
const IDLE_FOR_S = 4;

export function createRefit() {
  let outFor = 0;
  let idleFor = 0;
  return {
    /** `out`: as of `farthestOut`; `nearer`, `aside`: as above; true where the view is to be framed again now. */
    due(out, nearer, aside, dt) {
      outFor = out > OUT ? outFor + dt : 0;
      idleFor = nearer < NEARER || aside > ASIDE ? idleFor + dt : 0;
      return outFor > OUT_FOR_S || idleFor > IDLE_FOR_S;
    },
    reset() {
      outFor = idleFor = 0;
    },
  };
}
