// What the header says of what is shown: live, waiting, another time, or why nothing; and its figures, if it is live.

import { isReplay } from "../panels/replay.js";

/** [kind, text] of the header's status. `reason` is why the view is not live, or null. */
function statusOf({ connected, reason, state, transport }) {
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
const isBroken = (state) => (state?.stats?.source_problem ?? null) !== null;

export function createStatus({ header, layout, banner, transport, latency }) {
  let state = null;
  let health = null; // {connected, reason}
  let place = "";

  function show() {
    const live = transport.isLive;
    const stats = state?.stats;
    // The figures are of what is live: while another time is shown, they are left out.
    if (state) header.update({ state, stats: live ? stats : null });
    header.setLatency(live && stats?.source_problem === null ? latency.value : null);
    header.setAway(!live);
    layout.setAway(!live);
    if (!health) return;
    const broken = health.connected && isBroken(state);
    banner.offerSource(broken && state.view_only === false);
    layout.setNoSource(broken);
    header.setStatus(...statusOf({ ...health, state, transport }));
  }

  transport.subscribe(({ tape, isLive, playing }) => {
    const next = `${tape.kind} ${isLive} ${playing}`;
    if (next !== place) show();
    place = next;
  });

  return {
    /** The server's newest state, with its statistics. */
    update(next) {
      state = next;
      show();
    },
    setHealth(connected, reason) {
      health = { connected, reason };
      show();
    },
  };
}
