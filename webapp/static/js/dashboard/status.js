// What the header says of the source: live, waiting, or why not.

import { isReplay } from "../panels/replay.js";

/** [kind, text] of the header's status. `reason` is why the view is not live, or null. */
export function statusOf({ connected, reason, state }) {
  if (!connected) return ["lost", "Reconnecting"];
  if (isBroken(state)) return ["waiting", "No source"];
  if (state?.status === "starting") return ["waiting", "Starting"];
  if (reason) return ["waiting", "Waiting"];
  if (isReplay(state?.source)) return ["replay", "Replay"];
  return ["live", state?.source?.startsWith("upload:") ? "Playing" : "Live"];
}

/** Whether the source delivers nothing. */
export const isBroken = (state) => (state?.stats?.source_problem ?? null) !== null;
