// Publishing by WebRTC, as WHIP (RFC 9725) says: one request with the offer, its answer, and DELETE at the end.

import { address } from "../api.js";
import { refused, SendingError } from "./trouble.js";

const GATHER_MS = 1500;
const CONNECT_MS = 8000;
const MOST_BITS_PER_SECOND = 4_000_000;

/** Sends until `signal` aborts, then resolves; rejects with a SendingError if it does not connect, or is cut off. */
export async function sendByWebRtc({ name, stream, signal, live }) {
  const connection = new RTCPeerConnection({ iceServers: [] });
  let session = null;
  try {
    const [track] = stream.getVideoTracks();
    track.contentHint = "detail"; // a slow network costs pictures, not their size: small people are not found
    const sender = connection.addTransceiver(track, { direction: "sendonly", streams: [stream] }).sender;
    await connection.setLocalDescription(await connection.createOffer());
    await gathered(connection);
    const response = await ask("POST", address(`whip/${name}`), connection.localDescription.sdp);
    if (response.status !== 201) throw await refused(response);
    session = new URL(response.headers.get("Location"), location.href).href;
    await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
    await limit(sender);
    await connected(connection);
    live();
    await ended(connection, signal);
  } finally {
    connection.close();
    if (session) ask("DELETE", session).catch(() => {});
  }
}

async function ask(method, url, sdp) {
  try {
    return await fetch(url, {
      method,
      body: sdp,
      keepalive: method === "DELETE",
      headers: sdp ? { "Content-Type": "application/sdp" } : {},
    });
  } catch {
    throw new SendingError("The server is not responding.");
  }
}

/** All addresses of this device, or those found in time. */
function gathered(connection) {
  if (connection.iceGatheringState === "complete") return null;
  return new Promise((resolve) => {
    setTimeout(resolve, GATHER_MS);
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete") resolve();
    });
  });
}

async function limit(sender) {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings ?? []) encoding.maxBitrate = MOST_BITS_PER_SECOND;
  await sender.setParameters(parameters).catch(() => {}); // the browser's own limit applies
}

function connected(connection) {
  return new Promise((resolve, reject) => {
    const unreachable = () => reject(new SendingError("WebRTC cannot reach the server", { unreachable: true }));
    setTimeout(unreachable, CONNECT_MS);
    connection.addEventListener("connectionstatechange", () => {
      if (connection.connectionState === "connected") resolve();
      if (connection.connectionState === "failed") unreachable();
    });
  });
}

function ended(connection, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", resolve);
    if (signal.aborted) resolve();
    connection.addEventListener("connectionstatechange", () => {
      if (["failed", "closed", "disconnected"].includes(connection.connectionState))
        reject(new SendingError("The connection was lost."));
    });
  });
}
