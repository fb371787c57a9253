// A file dropped anywhere on the page.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** `onFile(file)`; `accepts()` says whether files are accepted now. */
export function createDropZone({ onFile, accepts }) {
  const element = h(
    "div",
    { class: "drop-veil", hidden: true },
    h(
      "div",
      {},
      icon("upload"),
      h("strong", {}, "Drop a video, an image or a camera file"),
      h("span", {}, "Videos and images are uploaded and played. A camera file is previewed before it is applied."),
    ),
  );
  let depth = 0;

  const carriesFile = (event) => accepts() && event.dataTransfer?.types.includes("Files");
  const listeners = {
    dragenter(event) {
      if (!carriesFile(event)) return;
      depth += 1;
      element.hidden = false;
    },
    dragleave() {
      depth = Math.max(0, depth - 1);
      element.hidden = depth === 0;
    },
    // Always: a dropped file must not replace the page.
    dragover: (event) => event.preventDefault(),
    drop(event) {
      event.preventDefault();
      depth = 0;
      element.hidden = true;
      const [file] = event.dataTransfer?.files ?? [];
      if (file && accepts()) onFile(file);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
  return { element };
}
