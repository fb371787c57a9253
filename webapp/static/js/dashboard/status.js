// What the header says of what is shown: live, waiting, another time, or why nothing.

import { isReplay } from "../panels/replay.js";

/** [kind, text] of the header's status. `reason` is why the view is not live, or null. */
export function statusOf({ connected, reason, state, transport }) {
  if (!connected) return ["lost", "Reconnecting"];
  if (transport.tape.kind === "recording") return ["replay", "Replay"];
  if (!transport.isLive) return ["replay", transport.playing ? "Delayed" : "Paused"];
  if (isBroken(state)) return ["waiting", "No source"];
  if (state?.status === "starting") return ["waiting", "Starting"];
  if (reason) return ["waiting", "Waiting"];
  if (isReplay(state?.source)) return ["replay", "Replay"];
  return ["live", state?.source?.startsWith("upload:") ? "Playing" : "Live"];
}

/** Whether the source delivers nothing. */
export const isBroken = (state) => (state?.stats?.source_problem ?? null) !== null;
