// Whether the operator shows this visitor no pictures. The server enforces it; the page need not ask in vain.

/** As the server told it with the page, before there is a state. */
export const withheldAtStart = document.documentElement.dataset.pictures === "withheld";

/** `state`: the server's; without the visitor's role, as at the start. */
export const withheldIn = ({ settings, view_only: viewOnly }) =>
  settings && viewOnly !== undefined ? viewOnly && settings.viewers_see === "skeleton" : withheldAtStart;
