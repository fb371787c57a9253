// Live data for programs: snippets that run as they are.

import { h } from "../dom.js";
import { segmented } from "./choice.js";
import { copyable } from "./copy.js";
import { snippets } from "./snippets.js";

export function createLiveData() {
  const place = h("section", { class: "send-part", "aria-label": "From your own programs" });
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
      h("h3", {}, "From your own programs"),
      h("p", {}, "They receive every scene: people with ids, 2D keypoints and 3D joints in metres."),
      language.element,
      copyable({ label: `${chosen} program`, text: all.find(({ name }) => name === chosen).text }),
      ...notes(answer).map((note) => h("p", { class: "help" }, note)),
    );
  }

  return { element: place, show };
}

function notes({ token_required: required, loopback }) {
  const token = "Replace TOKEN with a token of this server; the one in the view-only link is enough.";
  const reach = "Only programs on this computer reach the server; Watch says how to change that.";
  return [required ? token : null, loopback ? reach : null].filter(Boolean);
}
