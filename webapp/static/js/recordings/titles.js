// How a recording is called and described.

import { bytes, duration } from "../format.js";

/** What its user called it, else when it was begun: as the server says, so that it has one name everywhere. */
export const titleOf = ({ label }) => label;

/** Length, people, size. `people` are those that are left after the edits. */
export function describe({ seconds, bytes: size, video, edits, title, created }, people) {
  if (seconds === null) return "Being read …";
  const [from, to] = edits.trim_s ?? [0, seconds];
  return [
    `${duration(Math.min(to, seconds) - from)}${edits.trim_s ? ` of ${duration(seconds)}` : ""}`,
    people.length === 1 ? "1 person" : `${people.length} people`,
    bytes(size),
    video ? "with video" : null,
    title && created ? new Date(1000 * created).toLocaleDateString([], { dateStyle: "medium" }) : null,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What was saved, from the server's answer to a stop. `title` is what the list calls it. */
export function describeSaved({ scenes, seconds, bytes: size }, title) {
  if (scenes === 0) return "Nothing was saved: no scenes arrived";
  return `Saved: ${title} · ${duration(seconds)}, ${bytes(size)}`;
}
