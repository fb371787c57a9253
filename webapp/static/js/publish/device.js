// This device's camera.

export const SIZES = [
  { label: "480p", width: 640, height: 480 },
  { label: "720p", width: 1280, height: 720 },
  { label: "1080p", width: 1920, height: 1080 },
];
const RATE = 30;

/** A stream of pictures alone; rejects as getUserMedia does. `facing`: environment (the back) or user (the front). */
export function openCamera({ width, height }, facing) {
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: facing, width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: RATE } },
  });
}

/** What to tell a person about it. */
export function cameraTrouble({ name, message }) {
  switch (name) {
    case "NotAllowedError":
      return {
        reason: "The camera is not allowed for this page.",
        hint: "Allow it in the browser, by the symbol beside the address, then start again.",
      };
    case "NotFoundError":
      return { reason: "This device has no camera.", hint: "Open the link on one that has." };
    case "NotReadableError":
      return { reason: "The camera is in use.", hint: "Close the other program that uses it, then start again." };
    default:
      return { reason: "The camera cannot be opened.", hint: message ?? "" };
  }
}
