// The people that Posecast finds, drawn over this device's own picture.

import { h } from "../dom.js";
import { drawPeople } from "../video/drawing.js";

/** People older than this are of another moment. */
const STALE_MS = 1000;

export function createPeople(picture) {
  const canvas = h("canvas", { class: "publish-picture", "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  let shown = false;
  let mirrored = false;
  let timer = 0;

  function clear() {
    context.clearRect(0, 0, canvas.width, canvas.height);
  }

  return {
    element: canvas,
    clear,

    setMirrored(is) {
      mirrored = is;
      canvas.classList.toggle("mirrored", is);
    },

    /** Whether the server shows this camera: scenes of another one do not belong over this picture. */
    setShown(is) {
      shown = is;
      if (!is) clear();
    },

    push({ image_size: size, people }) {
      if (!shown || !picture.videoWidth) return;
      const width = Math.round(canvas.clientWidth * devicePixelRatio);
      const height = Math.round((width * size[1]) / size[0]);
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      } else clear();
      drawPeople(context, { people, size }, { scale: width / size[0], density: devicePixelRatio, tags: !mirrored });
      clearTimeout(timer);
      timer = setTimeout(clear, STALE_MS);
    },
  };
}
