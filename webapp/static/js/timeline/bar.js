// The bar of time along the stage: what is played, where on it, how fast, and which part again and again.

import { h, setText } from "../dom.js";
import { icon } from "../icons.js";
import { shownTime } from "./clock-time.js";
import { createSlider } from "./slider.js";
import { RATES } from "./transport.js";

/** The slider of the live tape moves as slowly as its scenes age. */
const LIVE_EVERY_MS = 200;

const iconButton = (name, label, key, onclick) =>
  h(
    "button",
    { class: "icon-button", type: "button", "aria-label": label, title: key ? `${label} (${key})` : label, onclick },
    icon(name),
  );

/**
 * `onChoose()` where a recording is to be chosen, `onReopen(name)` for the one that was open before, `onShare(name)` to
 * play it for everybody.
 */
export function createBar({ transport, onChoose, onReopen, onShare }) {
  let from = null; // where a loop is being begun
  let shownTape = null;
  let drawnAt = -Infinity; // ms: when the slider was drawn
  let before = null; // {name, title} of the recording that was open last
  let liveLabel = "Live";
  let operator = false;
  let opening = false;

  const live = h("button", { type: "button", class: "time-live", onclick: transport.live }, "Live");
  const what = h("span", {}, "Replay");
  const which = h("span", { class: "time-which" }, " a recording"); // where there is room
  const replay = h("button", { type: "button", class: "time-replay", onclick: chooseReplay }, what, which);
  const play = iconButton("pause", "Pause", "Space", toggle);
  const rate = h(
    "select",
    {
      class: "time-rate",
      "aria-label": "Speed",
      title: "Speed",
      onchange: () => transport.setRate(Number(rate.value)),
    },
    ...RATES.map((value) => h("option", { value: String(value), selected: value === 1 }, `${value} ×`)),
  );
  const point = (name, title, onclick) => h("button", { class: "button small", type: "button", title, onclick }, name);
  const a = point("A", "The loop begins here", begin);
  const b = point("B", "The loop ends here", end);
  const clear = iconButton("close", "End the loop", "", () => {
    setLoop(null);
    slider.element.focus(); // this button goes
  });
  const share = h(
    "button",
    {
      class: "button small time-share",
      type: "button",
      hidden: true,
      title: "Plays this recording as the source, for all who watch",
      onclick: () => onShare(transport.tape.name),
    },
    icon("network"),
    h("span", {}, "Show to everybody"),
  );
  const readout = h("span", { class: "time-readout" });
  const back = iconButton("back", "Back one frame", ",", () => transport.step(-1));
  const forward = iconButton("forward", "Forward one frame", ".", () => transport.step(1));
  const slider = createSlider({ transport, loopFrom: () => from });
  const row = h(
    "div",
    { class: "time-row" },
    h("div", { class: "segmented time-tapes", role: "group", "aria-label": "What is played" }, live, replay),
    play,
    slider.element,
    readout,
    h("div", { class: "time-tools" }, back, forward, rate, a, b, clear, share),
  );
  const element = h("div", { class: "time-bar", role: "group", "aria-label": "Time" }, row);

  function toggle() {
    if (transport.playing) transport.pause();
    else transport.play();
  }

  function chooseReplay() {
    if (transport.tape.kind === "recording" || before === null) onChoose();
    else onReopen(before.name);
  }

  function begin() {
    from = transport.time;
    if (transport.loop) setLoop([from, transport.loop[1]]);
    else update();
  }

  function end() {
    setLoop([from ?? transport.loop?.[0] ?? transport.tape.start, transport.time]);
  }

  function setLoop(ab) {
    from = null;
    transport.setLoop(ab);
  }

  /** While live, in each drawn frame. */
  function follow() {
    const now = performance.now();
    if (transport.isLive && live.getAttribute("aria-pressed") === "true" && now - drawnAt < LIVE_EVERY_MS) return;
    drawnAt = now;
    update();
  }

  function update() {
    const { tape, isLive, playing, loop } = transport;
    const recorded = tape.kind === "recording";
    if (recorded) before = { name: tape.name, title: tape.title };
    if (isLive || tape !== shownTape) from = null;
    shownTape = tape;
    row.classList.toggle("live", isLive);
    live.setAttribute("aria-pressed", String(isLive));
    replay.setAttribute("aria-pressed", String(recorded));
    setText(live, liveLabel);
    setText(what, opening ? "Opening …" : "Replay");
    which.hidden = opening;
    setText(which, before ? ` “${before.title}”` : " a recording");
    showPlaying(playing);
    rate.value = String(transport.rate);
    a.setAttribute("aria-pressed", String(from !== null || loop !== null));
    b.setAttribute("aria-pressed", String(loop !== null));
    clear.hidden = from === null && loop === null;
    share.hidden = !(recorded && operator);
    setText(readout, transport.waiting ? "Loading" : shownTime(transport));
    slider.update();
  }

  let shownPlaying = null;
  function showPlaying(playing) {
    if (playing === shownPlaying) return;
    shownPlaying = playing;
    const label = playing ? "Pause" : "Play";
    play.replaceChildren(icon(playing ? "pause" : "play"));
    play.setAttribute("aria-label", label);
    play.title = `${label} (Space)`;
  }

  transport.subscribe(follow);
  update();

  return {
    element,
    focus: () => slider.element.focus(),
    /** What the server's source is called: live, or a recording that is played for all. */
    setLive(label) {
      liveLabel = label;
      update();
    },
    /** A recording is on its way: an older one is read by the server first. */
    setOpening(is) {
      opening = is;
      update();
    },
    setOperator(is) {
      operator = is;
      update();
    },
  };
}
