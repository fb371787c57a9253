// Times on a tape as people read them: from the beginning of a recording, or back from now.

/** 83.42 -> "1:23.4"; with hours from the first hour on. */
export function minutes(seconds) {
  const tenths = Math.round(10 * Math.max(0, seconds));
  const [hours, rest] = [Math.floor(tenths / 36000), tenths % 36000];
  const [mins, secs] = [Math.floor(rest / 600), (rest % 600) / 10];
  const tail = secs.toFixed(1).padStart(4, "0");
  return hours > 0 ? `${hours}:${String(mins).padStart(2, "0")}:${tail}` : `${mins}:${tail}`;
}

/** A time on a tape, short. */
export const clockTime = (time, tape) =>
  tape.kind === "live" ? `−${Math.max(0, tape.end - time).toFixed(1)} s` : minutes(time - tape.start);

/** Where the transport is, next to the slider. */
export function shownTime({ tape, time, isLive }) {
  if (isLive) return "now";
  return tape.kind === "live" ? clockTime(time, tape) : `${clockTime(time, tape)} / ${clockTime(tape.end, tape)}`;
}

/** The same for those who hear it. */
export function spokenTime({ tape, time, isLive }) {
  if (isLive) return "Live";
  if (tape.kind === "live") return `${Math.max(0, tape.end - time).toFixed(1)} seconds ago`;
  return `${clockTime(time, tape)} of ${clockTime(tape.end, tape)}`;
}
