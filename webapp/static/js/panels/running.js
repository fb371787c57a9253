// What runs now, in the exact terms: backend, device, precision and network height.

import { h, setText } from "../dom.js";
import { backendName } from "../format.js";

export function createRunning() {
  const facts = ["Backend", "Device", "Precision", "Height"].map((name) => ({ name, value: h("dd", {}, "–") }));
  const element = h(
    "dl",
    { class: "running", "aria-label": "Running now" },
    ...facts.map(({ name, value }) => h("div", {}, h("dt", {}, name), value)),
  );
  return {
    element,
    update({ backend, settings }) {
      const { name, device, precision } = backend ?? {};
      const values = [name && backendName(name), device, precision, `${settings.height_size} px`];
      facts.forEach(({ value }, i) => setText(value, values[i] ?? "–"));
    },
  };
}
