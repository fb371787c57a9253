// Sending JPEG pictures over a WebSocket: the next one after the answer to the last, so that none is old.

import { address } from "../api.js";
import { SendingError } from "./trouble.js";

const QUALITY = 0.8;
const LONGEST_SIDE = 1280;
const MOST_PER_SECOND = 20;

/** As `sendByWebRtc`. */
export function sendPictures({ name, stream, signal, live }) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  const canvas = document.createElement("canvas");
  const socket = new WebSocket(address(`publish/${name}`).replace(/^http/, "ws"));
  let answered = false;
  let next = 0;

  async function send() {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      setTimeout(send, 50);
      return;
    }
    const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(scale * video.videoWidth);
    canvas.height = Math.round(scale * video.videoHeight);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    next = performance.now() + 1000 / MOST_PER_SECOND;
    const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (picture && socket.readyState === WebSocket.OPEN) socket.send(picture);
  }

  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", resolve);
    socket.addEventListener("open", () => video.play().then(send, reject));
    socket.addEventListener("message", () => {
      if (!answered) live();
      answered = true;
      setTimeout(send, Math.max(0, next - performance.now()));
    });
    socket.addEventListener("close", () =>
      reject(
        new SendingError(answered ? "The connection was lost." : "The server does not take this camera's pictures.", {
          hint: answered ? "" : "Another device may be using this link, or it was removed.",
        }),
      ),
    );
  }).finally(() => {
    socket.close();
    video.srcObject = null;
  });
}
