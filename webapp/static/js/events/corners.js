// Corners of a zone as text: a line each, x and z in metres.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/;

export const textOf = (corners) => corners.map(([x, z]) => `${x.toFixed(2)}, ${z.toFixed(2)}`).join("\n");

/** [[x, z], …]; null where a line is something else than two numbers. Empty lines do not count. */
export function cornersOf(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const corners = lines.map((line) => line.trim().split(/[\s,;]+/));
  const good = corners.every((parts) => parts.length === 2 && parts.every((part) => NUMBER.test(part)));
  return good ? corners.map((parts) => parts.map(Number)) : null;
}
