// A button that downloads a file, also one that the server must make first.

import { ApiError, address } from "../api.js";
import { h, setText } from "../dom.js";
import { icon } from "../icons.js";

/** Milliseconds between two questions whether a file is ready. */
const AGAIN_MS = 700;
/** The server says in this header what it has done. */
const DONE = "X-Posecast-Done";

/**
 * `path` of the file; `prepared`: whether it is made on request; `problem(error)`; `onDone(texts)`: what was done to a
 * prepared file.
 */
export function downloadButton({ path, name, label, prepared, problem, onDone = () => {} }) {
  const text = h("span", {}, "Download");
  const link = h("a", { href: address(path), download: name, hidden: true });
  if (!prepared) {
    link.hidden = false;
    link.className = "button";
    link.setAttribute("aria-label", label);
    link.append(icon("download"), text);
    return link;
  }
  const button = h(
    "button",
    { class: "button", type: "button", "aria-label": label, onclick: make },
    icon("download"),
    text,
  );

  async function make() {
    button.disabled = true;
    try {
      await whenMade(link.href, { onFraction: (share) => setText(text, `${Math.floor(100 * share)} %`), onDone });
      link.click();
    } catch (error) {
      problem(error);
    }
    setText(text, "Download");
    button.disabled = false;
  }

  return h("span", {}, button, link);
}

/** Waits until the server has made the file at `url`; ApiError if it cannot. `onFraction(share)`, `onDone(texts)`. */
export async function whenMade(url, { onFraction = () => {}, onDone = () => {} } = {}) {
  for (let fraction = 0; fraction < 1; ) {
    onFraction(fraction);
    fraction = await progress(url, onDone);
    if (fraction < 1) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** How much of a file is made, 0 to 1. */
async function progress(url, onDone) {
  const answer = await fetch(url).catch(() => {
    throw new ApiError("the server is not responding", "check that posecast is still running", 0);
  });
  if (answer.status === 200) {
    await answer.body.cancel(); // it is kept, and the link gets it
    onDone(JSON.parse(answer.headers.get(DONE) ?? "[]"));
    return 1;
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 202) return Math.min(said.fraction, 0.99);
  throw new ApiError(said.error ?? `the server answered with status ${answer.status}`, said.hint ?? "", answer.status);
}
