// A dialog with a view-only link for another device.

import { get } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";

export function createShare({ problem }) {
  const body = h("div", { class: "share" });
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-label": "Share" },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", {}, "Watch on another device"),
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
      h("p", {}, "This server is reachable from this computer only."),
      h("p", { class: "help" }, "To watch on another device, restart it for the network:"),
      h("code", { class: "command" }, "make run HOST=0.0.0.0"),
    ];
  }
  const link = h("input", { class: "link", type: "text", readonly: true, value: url, "aria-label": "Link" });
  const copy = h("button", { class: "button", type: "button", onclick: () => copyLink(link, copy) }, "Copy link");
  const image = h("img", {
    class: "qr",
    alt: "QR code for the link",
    src: `data:image/svg+xml,${encodeURIComponent(code)}`,
  });
  return [
    image,
    h(
      "p",
      {},
      viewOnly
        ? "Anyone with this link can watch, but not change anything."
        : "Anyone with this link can watch and change settings.",
    ),
    h("div", { class: "row" }, link, copy),
  ];
}

/** The clipboard exists only on https and localhost; elsewhere the selected link can be copied by hand. */
async function copyLink(link, button) {
  link.select();
  try {
    await navigator.clipboard.writeText(link.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
  }
}
