// The dashboard's time: live, a little earlier, or a recording. Puts together tapes, transport, video and bar; for the
// rest of the page it is a timeline.

import { isReplay } from "../panels/replay.js";
import { withheldIn } from "../video/permission.js";
import { createBar } from "./bar.js";
import { listenToKeys } from "./keys.js";
import { createLiveTape } from "./live-tape.js";
import { createPlayer } from "./player.js";
import { createRecentPictures } from "./recent-pictures.js";
import { openRecording } from "./recording-tape.js";
import { createSampler } from "./sampler.js";
import { createTimeline } from "./timeline.js";
import { createTransport } from "./transport.js";

/**
 * `problem(error)`; `onVideo(message)`: null, or why a recording's video is not shown; `onChoose()` where a recording
 * is to be chosen; `onShare(name)` to play it for everybody.
 */
export function createTime({ problem, onVideo, onChoose, onShare }) {
  const timeline = createTimeline();
  const liveTape = createLiveTape();
  const player = createPlayer({ onProblem: onVideo });
  const recent = createRecentPictures({ tape: liveTape });
  const transport = createTransport({ liveTape, openTape: (name) => openRecording(name, lost), player });
  const sampler = createSampler({ timeline, transport, liveTape });
  const bar = createBar({ transport, onChoose, onReopen: open, onShare: share });
  const elsewhen = createElsewhen(transport, (tape) => (tape === liveTape ? recent : player));
  listenToKeys(transport);

  /** A recording that was deleted is closed; other failures may pass. */
  function lost(error) {
    if (error.status !== 404 || transport.tape === liveTape) return;
    transport.live();
    problem(error);
  }

  /** Plays a recording in this page; its keys are at hand. */
  async function open(name) {
    bar.setOpening(true);
    try {
      if (await transport.open(name)) bar.focus();
    } catch (error) {
      problem(error);
    }
    bar.setOpening(false);
  }

  /** The recording may have been edited, in this page or another: the server tells all of every change. */
  async function refresh() {
    const { tape } = transport;
    try {
      if (tape !== liveTape && (await tape.isOutdated())) await transport.refresh();
    } catch {
      // It is shown as it was; what cannot be fetched from now on is told by the tape.
    }
  }

  async function share(name) {
    await onShare(name);
    transport.live();
    bar.focus(); // the button goes
  }

  return {
    transport,
    bar: bar.element,
    open,
    /** Shows the live moment of `wallTime`, in seconds; false if this page does not keep it. */
    seekLive(wallTime) {
      const at = liveTape.timeAt(wallTime);
      if (at < liveTape.start || at > liveTape.end) return false;
      if (transport.tape !== liveTape) transport.live();
      transport.seek(at);
      return true;
    },
    /** A and B of a recording that is open here; null without them. */
    loopOf: (name) => (transport.tape.kind === "recording" && transport.tape.name === name ? transport.loop : null),

    push(scene, now) {
      timeline.push(scene, now);
      liveTape.push(scene);
    },
    sample: sampler.sample,
    silence: timeline.silence,
    keepPicture: (item) => recent.add(item),
    elsewhen: () => (transport.isLive ? null : elsewhen.of(transport.tape)),

    update(state) {
      const { source, view_only: viewOnly } = state;
      if (withheldIn(state)) recent.clear();
      refresh();
      bar.setLive(isReplay(source) ? "Shared replay" : "Live");
      bar.setOperator(viewOnly === false);
    },
  };
}

/** What the page shows of another time than now: one object for each tape. */
function createElsewhen(transport, playerOf) {
  let known = null;

  function describe(tape) {
    let camera = null;
    let wire = null; // the camera as the scene has it
    return {
      tape,
      player: playerOf(tape),
      get time() {
        return transport.time;
      },
      get waiting() {
        return transport.waiting;
      },
      sceneAt: (time) => tape.at(time),
      /** The camera of the scene that is shown, null if it does not say: one object while it is one camera. */
      get camera() {
        const scene = tape.at(transport.time);
        if (!scene?.camera) return camera;
        const now = JSON.stringify([scene.camera, scene.image_size, scene.up]);
        if (now !== wire) camera = cameraOf(scene);
        wire = now;
        return camera;
      },
    };
  }

  return {
    of(tape) {
      if (known?.tape !== tape) known = describe(tape);
      return known;
    },
  };
}

/** The camera of a scene, as /api/state has it. The floor of a recording is where its world has it. */
const cameraOf = ({ camera, image_size, up }) => ({
  ...camera,
  image_size,
  up,
  extrinsics: { R: camera.R, t: camera.t },
  floor_offset_m: 0,
});
