// A link for watching: on another screen, without being able to change anything.

import { get } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { sentence } from "./toasts.js";

export function createShare({ problem }) {
  const body = h("div", { class: "share" });
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-label": "Share" },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", {}, "Watch on another screen"),
      h(
        "button",
        { class: "icon-button", type: "button", "aria-label": "Close", onclick: () => dialog.close() },
        icon("close"),
      ),
    ),
    body,
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  async function open() {
    let answer;
    try {
      answer = await get("api/share");
    } catch (error) {
      problem(error);
      return;
    }
    body.replaceChildren(...content(answer));
    dialog.showModal();
  }

  return { element: dialog, open };
}

function content({ url, view_only: viewOnly, loopback, qr_svg: code }) {
  if (loopback) {
    return [
      h("p", {}, "This server answers on this computer only, so no other screen can reach it."),
      h("p", { class: "help" }, "Start it for the whole network to watch from a phone:"),
      h("code", { class: "command" }, "make run HOST=0.0.0.0"),
    ];
  }
  const link = h("input", { class: "link", type: "text", readonly: true, value: url, "aria-label": "Link" });
  const copy = h("button", { class: "button", type: "button", onclick: () => copyLink(link, copy) }, "Copy link");
  const image = h("img", {
    class: "qr",
    alt: "QR code of the link",
    src: `data:image/svg+xml,${encodeURIComponent(code)}`,
  });
  return [
    image,
    h(
      "p",
      {},
      viewOnly
        ? "Whoever opens this link can watch, and change nothing."
        : sentence("whoever opens this link can also change things"),
    ),
    h("div", { class: "row" }, link, copy),
  ];
}

/** The clipboard exists only on https and localhost; a selected link can be copied anywhere. */
async function copyLink(link, button) {
  link.select();
  try {
    await navigator.clipboard.writeText(link.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
  }
}
