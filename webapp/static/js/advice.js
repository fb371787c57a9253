// Advice on speed, in numbers: what the network takes of each frame, and what another preset would make of it.

/** Milliseconds per frame from which a change is advised: fewer than 15 frames a second. */
const SLOW_MS = 66;
/** A preset is worth a change if the network takes at most this share of its present time with it. */
const WORTHWHILE = 0.7;
/** Milliseconds per frame that leave room for a more careful preset: 25 frames a second. */
const ROOM_MS = 40;

export const PRESET_NAMES = { fast: "Fast", balanced: "Balanced", careful: "Careful" };

/**
 * One sentence, or null before anything was measured. `stages`: milliseconds by stage, as the statistics have them;
 * `presets`: as the server lists them; `running`: the name of the preset in use, or null.
 */
export function advise(stages, presets, running) {
  const network = stages?.infer;
  if (!(network > 0)) return null;
  const total = Object.entries(stages).reduce((sum, [stage, ms]) => (stage === "capture" ? sum : sum + ms), 0);
  const takes = `The network takes ${whole(network)} of ${whole(total)} ms a frame`;
  // What is expected follows the load of the machine later than the statistics do.
  const now = network / (presets.find(({ name }) => name === running)?.expected_ms ?? network);
  const known = presets
    .filter(({ name, expected_ms: ms }) => name !== running && ms !== null)
    .map((preset) => ({ ...preset, expected_ms: preset.expected_ms * now }));
  if (total < SLOW_MS) return `${takes}${withRoom(known, network, total)}`;
  if (network < total / 2) return `${takes}: a faster preset would help little.`;
  const faster = known.filter(({ expected_ms: ms }) => ms <= WORTHWHILE * network).at(-1);
  return faster ? `${takes}: ${would(faster)}.` : `${takes}. No faster preset is known here.`;
}

function withRoom(known, network, total) {
  const careful = known.find(({ name, expected_ms: ms }) => name === "careful" && ms > network);
  if (!careful || total - network + careful.expected_ms > ROOM_MS) return `, which allows ${rate(total)} a second.`;
  return `: ${would(careful)}, and finds people farther away.`;
}

function would({ name, settings, expected_ms: ms, measured }) {
  return `${PRESET_NAMES[name]} (${settings.precision}) would take ${measured ? "" : "about "}${whole(ms)}`;
}

const whole = (ms) => String(ms >= 10 ? Math.round(ms) : Math.round(10 * ms) / 10);
const rate = (total) => `${Math.floor(1000 / total)} frames`;
