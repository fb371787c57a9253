// Watching elsewhere: the view-only link and its code, and what viewers see.

import { h, setText } from "../dom.js";
import { segmented } from "./choice.js";
import { copyable } from "./copy.js";

const PAGES = [
  ["dashboard", "Dashboard"],
  ["view", "3D view alone"],
];
const SEES = [
  ["video", "Video"],
  ["blurred", "Blurred faces"],
  ["skeleton", "Skeletons"],
];
const SEES_HELP = {
  video: "Viewers see the video, and videos of recordings.",
  blurred:
    "Faces are covered in the video, and videos of recordings are withheld. " +
    "A face that the network does not find stays visible.",
  skeleton: "Viewers get no pictures at all: people are drawn on an empty background.",
};

const VIEW_ONLY = "Anyone with this link can watch, but not change anything.";
const OPEN = "Anyone with this link can watch and change settings.";

/** `onSees(setting)` when the operator chooses what viewers see. */
export function createWatch({ onSees }) {
  const place = h("div", { class: "send-part" });
  const help = h("p", { class: "help" });
  const sees = segmented({ label: "Viewers see", options: SEES, onChoose: onSees });
  const page = segmented({ label: "Page", options: PAGES, onChoose: showPage });
  const shown = h("div", { class: "send-link" });
  const who = h("section", { class: "send-part" }, h("h3", {}, "Viewers see"), sees.element, help);
  let answer = { links: [] };

  function showPage(name) {
    const { url, qr_svg: code } = answer.links.find((link) => link.name === name);
    page.set(name);
    shown.replaceChildren(
      h("img", { class: "qr", alt: `QR code for ${url}`, src: `data:image/svg+xml,${encodeURIComponent(code)}` }),
      h(
        "div",
        { class: "send-part" },
        page.element,
        copyable({ label: "link", text: url, wrap: true }),
        h("p", { class: "help" }, answer.view_only ? VIEW_ONLY : OPEN),
      ),
    );
  }

  return {
    element: h("div", { class: "send-part" }, place, who),

    /** `next`: of GET /api/share. */
    show(next) {
      answer = next;
      if (answer.loopback) {
        place.replaceChildren(...unreachable(answer));
        return;
      }
      place.replaceChildren(
        h("p", {}, "Scan the code with a phone, or open the link on any device in this network."),
        shown,
      );
      showPage(PAGES[0][0]);
    },

    /** `state`: the server's. */
    update({ settings, view_only: viewOnly }) {
      who.hidden = viewOnly !== false;
      sees.set(settings.viewers_see);
      setText(help, SEES_HELP[settings.viewers_see]);
    },
  };
}

function unreachable({ command }) {
  return [
    h("p", {}, "This server can be reached from this computer only, so another device cannot open it."),
    command
      ? h("p", { class: "help" }, "To watch from other devices, stop it and start it for the network:")
      : h("p", { class: "help" }, "Its operator can start it for the network."),
    command ? copyable({ label: "command", text: command, wrap: true }) : null,
    command ? h("p", { class: "help" }, "It then requires a token, and prints links that contain it.") : null,
  ].filter(Boolean);
}
