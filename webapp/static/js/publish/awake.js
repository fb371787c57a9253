// Keeps the screen on while the camera sends: a phone that sleeps stops its camera.

export function createAwake() {
  let wanted = false;
  let lock = null;

  async function take() {
    if (!wanted || lock || document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock?.request("screen");
      lock?.addEventListener("release", () => {
        lock = null;
      });
    } catch {
      lock = null; // refused, for example on a low battery: the phone's own time applies
    }
  }

  document.addEventListener("visibilitychange", take); // the browser lets go of it when the page is hidden

  return {
    keep(on) {
      wanted = on;
      if (on) take();
      else lock?.release();
    },
  };
}
