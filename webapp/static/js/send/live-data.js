// Live data for programs: snippets that run as they are.

import { h } from "../dom.js";
import { segmented } from "./choice.js";
import { copyable } from "./copy.js";
import { snippets } from "./snippets.js";

export function createLiveData() {
  const place = h("div", { class: "send-part" });
  let chosen = "Python";

  /** `answer`: of GET /api/share. */
  function show(answer) {
    const all = snippets(answer);
    const language = segmented({
      label: "Language",
      options: all.map(({ name }) => [name, name]),
      onChoose(name) {
        chosen = name;
        show(answer);
        place.querySelector(`[data-value="${name}"]`).focus();
      },
    });
    language.set(chosen);
    place.replaceChildren(
      h("p", {}, "Programs receive every scene: people with ids, 2D keypoints and 3D joints in metres."),
      language.element,
      copyable({ label: `${chosen} program`, text: all.find(({ name }) => name === chosen).text }),
      answer.token_required
        ? h("p", { class: "help" }, "Replace TOKEN with the view-only token, or the operator's, of the links.")
        : null,
      answer.loopback
        ? h("p", { class: "help" }, "Programs on this computer only: see Watch for how to change that.")
        : null,
    );
  }

  return { element: place, show };
}
