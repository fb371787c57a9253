// The zones in a 3D view that is for looking only: fetched when they change, and lit when something happens there.

import { get } from "../api.js";

/** `viewer()` is the 3D view, or null. */
export function createShownZones({ viewer }) {
  let revision = null;

  return {
    update(state) {
      if (state.events_revision === undefined || state.events_revision === revision) return;
      revision = state.events_revision;
      get("api/events").then(
        (answer) => viewer()?.zones.set(answer.zones),
        () => {
          revision = null; // asked for again with the next state
        },
      );
    },
    see(scene) {
      for (const { zone } of scene.events ?? []) if (zone) viewer()?.zones.flash(zone);
    },
  };
}
