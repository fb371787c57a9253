// Cameras of other devices: a link with a code for each, whether its pictures arrive, and which one plays.

import { get, post, remove } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { copyable } from "../send/copy.js";
import { choice, fill, group } from "./choices.js";

const FIRST = "phone";
const NAME = "[a-z0-9]([a-z0-9\\-]{0,30}[a-z0-9])?";

/** `onChoose(source)` plays one; `problem(error)`. */
export function createPhones({ onChoose, problem }) {
  const list = h("ul", { class: "source-list" });
  const name = h("input", {
    class: "source-address",
    type: "text",
    value: FIRST,
    "aria-label": "Name of the camera",
    pattern: NAME,
    required: true,
    maxlength: 32,
    autocapitalize: "none",
    spellcheck: "false",
    title: "Small letters, digits and -, such as left-1",
  });
  const add = h("button", { class: "button", type: "submit" }, "Show its link");
  const form = h("form", { class: "source-form", onsubmit: invite }, name, add);
  const help = h("p", { class: "help" }, "Name the camera, and open its link on the device that has it.");
  const link = h("div", { class: "send-link source-phone", hidden: true });
  let answer = { cameras: [], secure: true, command: "" };
  let shown = null; // the name whose link is shown
  let rows = { playing: null, opening: null };
  let waiting = false; // whether the one whose link is shown is to play once its pictures arrive

  async function load(work) {
    try {
      answer = await work;
      draw();
    } catch (error) {
      problem(error);
    }
  }

  async function invite(event) {
    event.preventDefault();
    shown = name.value;
    waiting = true;
    await load(post("api/cameras", { name: name.value }));
  }

  function draw() {
    fill(
      list,
      answer.cameras.map((camera) => {
        const { publishing } = camera;
        const detail = publishing
          ? `sends pictures by ${publishing.transport}${publishing.size ? `, ${publishing.size.join(" × ")}` : ""}`
          : "not connected";
        return choice(
          { source: camera.source, kind: "browser", label: camera.name, detail },
          { ...rows, onChoose, remove: buttons(camera) },
        );
      }),
    );
    const camera = answer.cameras.find((one) => one.name === shown);
    link.hidden = !camera;
    if (camera && link.dataset.url !== camera.url) drawLink(camera);
    if (waiting && camera?.publishing) {
      waiting = false;
      onChoose(camera.source);
    }
  }

  function buttons(camera) {
    const label = `Remove the link of ${camera.name}`;
    return h(
      "span",
      { class: "source-buttons" },
      h("button", { class: "button small", type: "button", onclick: () => show(camera.name) }, "Link"),
      h(
        "button",
        { class: "icon-button", type: "button", title: label, "aria-label": label, onclick: () => revoke(camera.name) },
        icon("trash"),
      ),
    );
  }

  function show(which) {
    shown = shown === which ? null : which;
    waiting = shown !== null;
    draw();
  }

  function revoke(which) {
    if (shown === which) shown = null;
    load(remove(`api/cameras/${which}`));
  }

  function drawLink({ url, qr_svg: code, whip, name: which }) {
    link.dataset.url = url;
    link.replaceChildren(
      h(
        "div",
        { class: "send-part" },
        ...(answer.secure ? offered(url, code) : unreachable(url)),
        answer.fingerprint ? warning(answer.fingerprint) : null,
        h(
          "p",
          { class: "help" },
          "For OBS or GStreamer, use this WHIP address, with the link's token as the bearer token.",
        ),
        copyable({ label: `address for WHIP of ${which}`, text: whip, wrap: true }),
      ),
    );
  }

  const offered = (url, code) => [
    h("img", { class: "qr", alt: `QR code for ${url}`, src: `data:image/svg+xml,${encodeURIComponent(code)}` }),
    h(
      "p",
      {},
      "Scan the code with the phone, or open the link on any device, and start the camera there. It plays here.",
    ),
    copyable({ label: "link", text: url, wrap: true }),
  ];

  /** What other devices cannot open is not offered to them. */
  const unreachable = (url) => [
    h(
      "p",
      { class: "help source-problem" },
      "Other devices need this server on the network, with https. Start Posecast with:",
    ),
    copyable({ label: "command", text: answer.command, wrap: true }),
    h("p", {}, "Until then, the link works on the computer that runs Posecast only."),
    copyable({ label: "link", text: url, wrap: true }),
  ];

  return {
    element: group("A phone, or another browser", null, list, form, help, link),

    /** Called when the sheet opens, and when the server says that something has changed. */
    refresh: () => load(get("api/cameras")),

    /** `playing` and `opening` as for a choice. */
    update(next) {
      rows = next;
      draw();
    },
  };
}

/** What a phone says of a certificate that Posecast made for itself, and what to press. */
function warning(fingerprint) {
  return h(
    "details",
    { class: "help" },
    h("summary", {}, "The phone warns about the connection"),
    h(
      "p",
      {},
      "The connection is encrypted, but no authority has signed this computer's certificate. Press Advanced, then " +
        "Proceed (the wording varies by browser). " +
        "The certificate is this computer's if its fingerprint (SHA-256) is:",
    ),
    h("code", { class: "source-fingerprint" }, fingerprint),
    h("img", {
      class: "source-warning",
      src: new URL("certificate-warning.svg", document.querySelector("link[rel=icon]").href).href,
      alt: "A phone that says: your connection is not private. First press Advanced, then Proceed to the address.",
    }),
  );
}
