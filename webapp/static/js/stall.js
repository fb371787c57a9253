// Why the view is not live, as a message.

/** Without a new scene for this long, the view counts as stalled; the server uses the same limit. */
const SILENT_MS = 5000;

/**
 * The most important reason; null while the view is live. `lost`: null while connected, else why the connection ended;
 * `state` as the server sends it, null before; `silence`: milliseconds since the newest scene, Infinity before; `away`:
 * another time than now is shown, for which only the connection matters.
 */
export function stallReason({ lost, state, silence, away = false }) {
  if (lost !== null) return lostReason(lost);
  if (away) return null;
  const problem = state?.stats?.problem ?? null;
  if (problem !== null) return problem;
  if (state?.status === "running" && silence > SILENT_MS && silence < Infinity)
    return "no new data; showing the last scene";
  return null;
}

function lostReason(lost) {
  if (lost.startsWith("the server refuses")) return lost;
  if (/token|unauthor|401|403/i.test(lost))
    return "the server requires a token: open the link that it printed at start-up, or reload this page";
  return "connection lost; showing the last scene. The page reconnects automatically";
}
