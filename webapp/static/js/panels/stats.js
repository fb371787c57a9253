// Performance charts: frames per second, latency, and milliseconds per stage.

import { uPlot } from "../../vendor/vendor.js";
import { h, setText } from "../dom.js";
import { milliseconds, stageName } from "../format.js";
import { createRigHealth } from "./rig-health.js";

const SECONDS = 60;
const STAGES = ["capture", "preprocess", "infer", "decode", "lift", "fit", "track"];

export function createStatsPanel() {
  const history = { x: [], fps: [], latency: [], stages: STAGES.map(() => []) };
  const fps = tile("Frames per second", "processed by the engine");
  const latency = tile("Latency", "from capture to this screen");
  const people = tile("People", "in the latest frame");
  const viewers = tile("Viewers", "connected to this server");
  const total = h("b", { class: "value" });
  const cameras = createRigHealth();
  const plot = h("div", { class: "plot" });
  const legend = h("ul", { class: "plot-legend" });
  const keys = STAGES.map((stage, i) => {
    const value = h("b", {});
    legend.append(h("li", { "data-stage": String(i), title: stage }, h("span", {}, stageName(stage)), value));
    return value;
  });
  const element = h(
    "section",
    { class: "performance", "aria-label": "Performance" },
    h("div", { class: "tiles" }, fps.element, latency.element, people.element, viewers.element),
    h("div", { class: "field-head" }, h("h3", {}, "Milliseconds per frame, last minute"), total),
    plot,
    legend,
    cameras.element,
  );
  const chart = stageChart(plot, () => history);

  return {
    element,

    /** A live scene as on the wire. */
    see: cameras.see,

    /** `stats` as the server sends them once a second; `shown`: ms from capture to screen, null if unknown. */
    push(stats, shown) {
      const x = history.x;
      x.push(Date.now() / 1000);
      history.fps.push(stats.fps);
      history.latency.push(shown);
      let sum = 0;
      STAGES.forEach((stage, i) => {
        const value = stats.stage_ms?.[stage] ?? 0;
        sum += value;
        history.stages[i].push(sum);
        setText(keys[i], milliseconds(value));
      });
      if (x.length > SECONDS + 1) for (const list of [x, history.fps, history.latency, ...history.stages]) list.shift();
      setText(total, milliseconds(sum));
      fps.set(stats.fps.toFixed(1), x, history.fps);
      latency.set(shown === null ? "–" : `${Math.round(shown)} ms`, x, history.latency);
      people.set(String(stats.people));
      viewers.set(String(stats.viewers));
      cameras.update(stats.cameras);
      chart.draw();
    },

    /** After a change of theme. */
    refresh: () => chart.rebuild(),

    dispose: () => chart.dispose(),
  };
}

function tile(label, note) {
  const value = h("b", {}, "–");
  const line = spark();
  const element = h("div", { class: "tile", title: note }, h("span", {}, label), value, line.element);
  return {
    element,
    set(text, x, y) {
      setText(value, text);
      if (x) line.draw(x, y);
    },
  };
}

/** A sparkline, as an SVG path. */
function spark() {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 100 20");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(ns, "path");
  svg.append(path);
  return {
    element: svg,
    draw(x, y) {
      const top = Math.max(...y.filter((value) => value !== null), 1e-6) * 1.15;
      let pen = "M";
      const parts = [];
      y.forEach((value, i) => {
        if (value === null) {
          pen = "M";
          return;
        }
        const across = 100 - ((x[x.length - 1] - x[i]) / SECONDS) * 100;
        parts.push(`${pen}${across.toFixed(2)} ${(20 - (value / top) * 19).toFixed(2)}`);
        pen = "L";
      });
      path.setAttribute("d", parts.join(""));
    },
  };
}

function stageChart(container, history) {
  let chart = null;

  function build() {
    chart?.destroy();
    const style = getComputedStyle(container);
    const colour = (name) => style.getPropertyValue(name).trim();
    chart = new uPlot(
      {
        width: Math.max(container.clientWidth, 120),
        height: Math.max(container.clientHeight, 80),
        legend: { show: false },
        cursor: { show: false },
        padding: [6, 4, 8, 0],
        scales: {
          x: { time: false, range: (_, __, max) => [max - SECONDS, max] },
          y: { range: (_, __, max) => [0, Math.max(max, 5) * 1.1] },
        },
        axes: [
          { show: false },
          {
            stroke: colour("--text-muted"),
            grid: { stroke: colour("--line"), width: 1 },
            ticks: { show: false },
            size: 34,
            font: "11px system-ui",
            space: 26,
          },
        ],
        // Cumulative sums, the largest first, so that the areas stack.
        series: [
          {},
          ...STAGES.map((_, i) => STAGES.length - 1 - i).map((i) => ({
            stroke: colour(`--stage-${i}`),
            fill: colour(`--stage-${i}`),
            width: 0,
            points: { show: false },
          })),
        ],
      },
      data(),
      container,
    );
  }

  const data = () => [history().x, ...[...history().stages].reverse()];
  const observer = new ResizeObserver(() => {
    if (container.clientWidth === 0) return;
    if (chart) chart.setSize({ width: container.clientWidth, height: container.clientHeight });
    else build();
  });
  observer.observe(container);

  return {
    draw: () => chart?.setData(data()),
    rebuild: () => {
      if (chart) build();
    },
    dispose() {
      observer.disconnect();
      chart?.destroy();
    },
  };
}
