// The Socket.IO connection, the only module that knows the transport.

import { io } from "../vendor/vendor.js";

/** Delay before reconnecting to a server that has refused the connection. */
const REFUSED_RETRY_MS = 5000;
const EVENTS = ["stats", "state", "progress", "problem"];

/**
 * Connects, and reconnects without limit. `handlers`: scene(scene), stats, state, progress, problem, each given what
 * the server sent; and connected(), lost(reason).
 */
export function connect(handlers) {
  const socket = io({
    path: new URL("socket.io/", document.baseURI).pathname,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 400,
    reconnectionDelayMax: 2500,
    timeout: 8000,
  });
  socket.on("connect", () => handlers.connected());
  socket.on("disconnect", (reason) => {
    handlers.lost("");
    // The library does not reconnect by itself if the server closed the connection.
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on("connect_error", async (error) => {
    handlers.lost((await refusal()) ?? error.message);
    if (!socket.active) setTimeout(() => socket.connect(), REFUSED_RETRY_MS);
  });
  socket.on("scene", (scene, acknowledge) => {
    handlers.scene(scene);
    acknowledge?.();
  });
  for (const event of EVENTS) socket.on(event, (data) => handlers[event](data));
}

/**
 * Why the server refuses this page, or null where it does not. The socket's errors do not say: a browser hides the
 * answer to a WebSocket. Any request with an Origin meets the same check.
 */
async function refusal() {
  try {
    const answer = await fetch("healthz", { method: "POST" });
    if (answer.status !== 403) return null;
    const { error, hint } = await answer.json();
    return `the server refuses this page: ${error}; ${hint}`;
  } catch {
    return null;
  }
}
