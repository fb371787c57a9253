// Names a switch under way by what it changes, so that its title never names what runs already.

import { backendName } from "./format.js";

/** `state`: {status, switching, backend, settings} as the server sends it, during a switch. */
export function switchTitle({ status, switching, backend, settings }) {
  if (status === "starting") return "Starting";
  const { to, step, settings: asked } = switching;
  if (step === "finish") return "Almost done";
  if (Object.keys(asked).length === 0)
    return backendName(to) === to ? `Opening ${brief(to)}` : `Loading ${backendName(to)}`;
  const changes = changed(asked, backend, settings);
  return changes.length > 0 ? `Switching to ${changes.join(" · ")}` : "Loading the network";
}

/** A file by its name, without the folders of the server. */
const brief = (source) => (source.includes("://") ? source : source.split("/").at(-1));

function changed(asked, running, settings) {
  const differs = (value, now) => value !== undefined && value !== "auto" && value !== now;
  const parts = [];
  if (asked.backend === "auto") parts.push("the fastest here");
  if (differs(asked.backend, running?.name)) parts.push(backendName(asked.backend));
  if (differs(asked.device, running?.device)) parts.push(asked.device);
  if (differs(asked.precision, running?.precision)) parts.push(asked.precision);
  if (differs(asked.height_size, settings?.height_size)) parts.push(`height ${asked.height_size}`);
  return parts;
}
