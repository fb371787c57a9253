// What the page asks of the server: one function an action, each with its failure shown.

import { put, remove } from "../api.js";

/** `state()`: the server's newest, or null; `toasts`; `reset()` sets the controls to the server's state again. */
export function createActions({ state, toasts, reset }) {
  /** Performs an action on the server; if it fails, shows a toast and resets the controls. */
  async function act(work) {
    try {
      return await work();
    } catch (error) {
      toasts.problem(error);
      reset();
      return null;
    }
  }

  const actions = {
    backend: (choice) => act(() => put("api/backend", choice)),
    cancelSwitch: () => act(() => remove("api/backend")),
    compare: (a, b) => act(() => put("api/comparison", { a, b })),
    endComparison: () => act(() => remove("api/comparison")),
    source: (source) => act(() => put("api/source", { source })),
    settings: (changes) => act(() => put("api/settings", changes)),
    personHeight(id, metres) {
      const { [id]: _, ...others } = state().settings.person_heights_m ?? {};
      const heights = metres === null ? others : { ...others, [id]: metres };
      return actions.settings({ person_heights_m: Object.keys(heights).length > 0 ? heights : null });
    },
    replayForAll: (name) => act(() => put("api/source", { source: `recording:${name}` })),
  };
  return actions;
}
