// The field for the address of a camera or a stream.

import { h, uniqueId } from "../dom.js";

/** `onOpen(address)`. */
export function createAddress({ onOpen }) {
  const id = uniqueId("address");
  const field = h("input", {
    id,
    class: "source-address",
    type: "text",
    inputmode: "url",
    autocapitalize: "none",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    placeholder: "rtsp://192.168.1.20/live",
    "aria-describedby": `${id}-help`,
  });
  const form = h(
    "form",
    {
      class: "source-form",
      onsubmit(event) {
        event.preventDefault();
        onOpen(field.value.trim());
      },
    },
    h("label", { class: "visually-hidden", for: id }, "Address"),
    field,
    h("button", { class: "button", type: "submit" }, "Open"),
  );
  const help = h(
    "p",
    { class: "help", id: `${id}-help` },
    "An IP camera, a phone's camera app or a video on the web: rtsp://, http:// or https://, with user:password@ " +
      "where it is needed.",
  );
  const closed = h(
    "p",
    { class: "help", hidden: true },
    "This server was started with --no-addresses: it opens only those that were named then.",
  );
  return {
    element: h("div", { class: "source-stack" }, form, help, closed),
    setAllowed(allowed) {
      form.hidden = help.hidden = !allowed;
      closed.hidden = allowed;
    },
    clear: () => {
      field.value = "";
    },
  };
}
