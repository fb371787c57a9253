// Sends a camera's pictures until it is told to end: by WebRTC, or as JPEG pictures where that does not connect.

import { sendPictures } from "./pictures.js";
import { sendByWebRtc } from "./webrtc.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

/** `onState({kind, text})`: waiting, live, or trouble with the reason. */
export function createSending({ name, onState }) {
  let run = null; // {abort: AbortController}; null while nothing is sent

  async function keepSending(stream, signal) {
    let pause = FIRST_PAUSE_MS;
    let byWebRtc = typeof RTCPeerConnection === "function";
    let why = "";
    while (!signal.aborted) {
      onState({ kind: "waiting", text: "Connecting…" });
      const began = performance.now();
      const live = () => {
        const how = byWebRtc ? "" : ` · as pictures, since ${why}`;
        onState({ kind: "live", text: `Sending as “${name}”${how}` });
      };
      try {
        await (byWebRtc ? sendByWebRtc : sendPictures)({ name, stream, signal, live });
      } catch (error) {
        if (signal.aborted) return;
        if (byWebRtc && error.unreachable) {
          byWebRtc = false;
          why = error.message;
          continue;
        }
        onState({ kind: "trouble", text: `${error.message}${error.hint ? ` ${error.hint}` : ""} Trying again…` });
      }
      if (performance.now() - began > LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS;
      await later(pause, signal);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  }

  return {
    begin(stream) {
      run?.abort();
      run = new AbortController();
      keepSending(stream, run.signal);
    },

    end() {
      run?.abort();
      run = null;
    },
  };
}

function later(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
