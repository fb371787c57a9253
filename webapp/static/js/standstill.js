// Why what is on show stands still, in words.

/** Milliseconds without anything new after which people on show are of the past; the server counts as long. */
const SILENT_MS = 5000;

/**
 * The most important reason; null while all is live. `lost`: null while connected, else what the connection said of its
 * end; `state` as the server tells it, null before; `silence`: milliseconds since the newest scene, Infinity before.
 */
export function standstill({ lost, state, silence }) {
  if (lost !== null) return lostReason(lost);
  const problem = state?.stats?.problem ?? null;
  if (problem !== null) return problem;
  if (state?.status === "running" && silence > SILENT_MS && silence < Infinity) return "nothing new comes; this is the last scene";
  return null;
}

function lostReason(lost) {
  if (lost.startsWith("the server refuses")) return lost;
  if (/token|unauthor|401|403/i.test(lost)) return "the server wants a token: open the link that it printed when it started, or load this page again to sign in";
  return "the connection is lost; this is the last scene, and it goes on by itself when the server is back";
}
