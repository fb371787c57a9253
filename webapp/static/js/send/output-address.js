// The address of a live output, made of what a form asks for: SCHEME://PLACE?OPTION=VALUE.

/** What is to be typed of an example, without scheme and options: "127.0.0.1:9000" of "osc://127.0.0.1:9000?rate=5". */
export const placeOf = (example) => example.replace(/^[^:]*:(\/\/)?/, "").replace(/\?.*$/, "");

/**
 * `protocol`: {scheme, example}; `place` as typed, which may also be a whole address of one of `protocols`;
 * `values`: [[name, value, standard], …], of which those that differ from the standard are added.
 */
export function composed({ scheme, example }, protocols, place, values) {
  const whole = protocols.some(({ scheme: known }) => place.toLowerCase().startsWith(`${known}:`));
  const begin = whole ? place : `${scheme}:${example.includes("://") ? "//" : ""}${place}`;
  const query = values
    .filter(([, value, standard]) => value !== "" && value !== standard)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  if (query === "") return begin;
  return `${begin}${begin.includes("?") ? "&" : "?"}${query}`;
}
