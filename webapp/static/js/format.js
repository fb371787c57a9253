// Formats numbers and names for display.

export const metres = (value) => `${value.toFixed(2)} m`;
export const milliseconds = (value) => (value >= 100 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`);
/** Milliseconds, or seconds from one on. */
export const time = (ms) => (ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : milliseconds(ms));
export const degrees = (value) => `${value.toFixed(1)}°`;

export function bytes(value) {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${units[unit]}`;
}

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Two decimals, without negative zero. */
const hundredths = (value) => (Math.round(100 * value) / 100 || 0).toFixed(2);
export const position = (point) => point.map(hundredths).join(", ");

/** What the page calls the stages of a frame. */
const STAGE_NAMES = {
  capture: "camera",
  preprocess: "scaling",
  infer: "network",
  decode: "finding",
  lift: "3D",
  fit: "fitting",
  track: "following",
};
export const stageName = (stage) => STAGE_NAMES[stage] ?? stage;

/** Backend ids and their official spelling. */
const NAMES = {
  auto: "Automatic",
  pytorch: "PyTorch",
  openvino: "OpenVINO",
  onnxruntime: "ONNX Runtime",
  tensorrt: "TensorRT",
};
export const backendName = (name) => NAMES[name] ?? name;

/** Horizontal field of view in degrees for a focal length of `fx` pixels at an image `width`, and its inverse. */
export const fieldOfView = (fx, width) => (2 * Math.atan(width / (2 * fx)) * 180) / Math.PI;
export const focalLength = (angle, width) => width / (2 * Math.tan((angle * Math.PI) / 360));
