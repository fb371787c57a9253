// The page that makes a phone or a laptop the camera: asks for it, sends its pictures, shows the people over them.

import { connect } from "../connection.js";
import { h, setText } from "../dom.js";
import { createAwake } from "./awake.js";
import { cameraTrouble, openCamera, SIZES } from "./device.js";
import { createPeople } from "./people.js";
import { createSending } from "./sending.js";

const name = document.documentElement.dataset.camera;
document.documentElement.dataset.theme = "dark"; // over a picture

const picture = h("video", { class: "publish-picture", autoplay: true, muted: true, playsinline: true });
picture.muted = true; // the attribute alone does not count for an element made by a script
const people = createPeople(picture);
const status = h("p", { class: "publish-status", role: "status", hidden: true });
const size = h(
  "select",
  { "aria-label": "Size of the picture", onchange: restart },
  ...SIZES.map(({ label }, index) => h("option", { value: index }, label)),
);
const flip = h("button", { class: "button", type: "button", onclick: turn }, "Other camera");
const stop = h("button", { class: "button", type: "button", onclick: end }, "Stop");
const controls = h("div", { class: "publish-controls", hidden: true }, size, flip, stop);
const start = h("button", { class: "button primary", type: "button", onclick: begin }, "Start camera");
const reason = h("p", { role: "alert" });
const hint = h("p", { class: "help" });
const welcome = h(
  "div",
  { class: "publish-welcome" },
  h("h1", {}, "Use this device as a camera"),
  h("p", {}, `Its picture goes to Posecast as “${name}”. Nothing is recorded unless the operator of Posecast records.`),
  start,
  reason,
  hint,
);
document.body.replaceChildren(h("main", { class: "publish" }, picture, people.element, status, controls, welcome));

const awake = createAwake();
const sending = createSending({ name, onState: show });
let facing = "environment";
let stream = null;

async function begin() {
  start.disabled = true;
  setText(reason, "");
  setText(hint, "");
  try {
    stream = await openCamera(SIZES[size.value], facing);
  } catch (error) {
    const trouble = cameraTrouble(error);
    setText(reason, trouble.reason);
    setText(hint, trouble.hint);
    end();
    return;
  } finally {
    start.disabled = false;
  }
  const [track] = stream.getVideoTracks();
  track.addEventListener("ended", () => stream?.getVideoTracks()[0] === track && end());
  const faces = track.getSettings().facingMode ?? "user"; // a laptop does not say, and looks at its user
  people.setMirrored(faces === "user");
  picture.classList.toggle("mirrored", faces === "user");
  picture.srcObject = stream;
  welcome.hidden = true;
  controls.hidden = false;
  status.hidden = false;
  awake.keep(true);
  sending.begin(stream);
}

function release() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  picture.srcObject = null;
}

function end() {
  sending.end();
  release();
  awake.keep(false);
  people.clear();
  welcome.hidden = false;
  controls.hidden = true;
  status.hidden = true;
}

async function restart() {
  sending.end();
  release();
  await begin();
}

function turn() {
  facing = facing === "environment" ? "user" : "environment";
  restart();
}

/** `kind`: waiting, live or trouble. */
function show({ kind, text }) {
  status.dataset.kind = kind;
  setText(status, text);
}

connect({
  scene: people.push,
  state: (state) =>
    people.setShown(state.source === `browser:${name}` || (state.source === "browser" && name === "phone")),
  stats() {},
  progress() {},
  problem() {},
  connected() {},
  lost: () => people.clear(),
});

if (!navigator.mediaDevices?.getUserMedia) {
  start.hidden = true;
  setText(reason, "This browser gives its camera to pages only over https.");
  setText(hint, "Start Posecast with --tls auto, and open the link that begins with https.");
}
