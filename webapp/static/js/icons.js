// The page's icons, as paths on a 20 x 20 grid, drawn with strokes in the colour of the text.

const PATHS = {
  record: ["M10 5.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9z"],
  share: ["M10 12V3.5", "M6.8 6.5L10 3.3l3.2 3.2", "M5 9.5H4v7h12v-7h-1"],
  contrast: ["M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14z", "M10 3v14M10 5.5a4.5 4.5 0 0 1 0 9M10 8a2 2 0 0 1 0 4"],
  expand: ["M7.5 3.5h-4v4M12.5 3.5h4v4M7.5 16.5h-4v-4M12.5 16.5h4v-4"],
  picture: ["M3 5h3l1.2-1.7h5.6L14 5h3v11H3z", "M10 7.5a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 0 1 0-5.6z"],
  swap: ["M3 7h12M12 4l3 3-3 3", "M17 13H5M8 10l-3 3 3 3"],
  download: ["M10 3.5v9M6.8 9.5l3.2 3.2 3.2-3.2", "M4 16.5h12"],
  trash: ["M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.7 11h7.6l.7-11M8.4 8.5v5M11.6 8.5v5"],
  play: ["M6.5 4.5l9 5.5-9 5.5z"],
  pause: ["M6.5 4.5v11M13.5 4.5v11"],
  back: ["M13.5 4.5l-7 5.5 7 5.5z", "M4.5 4.5v11"],
  forward: ["M6.5 4.5l7 5.5-7 5.5z", "M15.5 4.5v11"],
  close: ["M5 5l10 10M15 5L5 15"],
  info: ["M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14z", "M10 9v4.5M10 6.2v.6"],
  warning: ["M10 3.2l7.3 13H2.7z", "M10 8v4M10 13.8v.5"],
  fit: ["M3.5 7v-3.5H7M13 3.5h3.5V7M16.5 13v3.5H13M7 16.5H3.5V13", "M10 7.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z"],
  eye: ["M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5z", "M10 7.8a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 0 1 0-4.4z"],
  video: ["M3 5.5h9.5v9H3z", "M12.5 9l4.5-2.8v7.6l-4.5-2.8"],
  engine: ["M3.5 14.5a7 7 0 1 1 13 0", "M10 12.5l3.2-4.6", "M10 11.6a1 1 0 1 1 0 2a1 1 0 0 1 0-2z"],
  camera: ["M3.5 4.5h13v8h-13z", "M7 16.5h6M10 12.5v4", "M10 6.5a2 2 0 1 1 0 4a2 2 0 0 1 0-4z"],
  display: [
    "M3.5 6h6M14.5 6h2M3.5 14h2M10.5 14h6",
    "M12 4a2 2 0 1 1 0 4a2 2 0 0 1 0-4z",
    "M8 12a2 2 0 1 1 0 4a2 2 0 0 1 0-4z",
  ],
  joints: [
    "M10 2.8a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 0 1 0-3.6z",
    "M4.5 8.5L10 8l5.5.5M10 6.4V12M10 12l-3 5.2M10 12l3 5.2",
  ],
  stats: ["M3.5 3.5v13h13", "M6.5 12.5l3-4 2.6 2.4 4-5.4"],
  up: ["M5 12.5l5-5 5 5"],
  elsewhere: ["M8.5 4.5h-4v11h11v-4", "M11.5 3.5h5v5M16.2 3.8L9.5 10.5"],
  upload: ["M10 12.5v-9M6.8 6.5L10 3.3l3.2 3.2", "M4 16.5h12"],
  webcam: ["M3 6.5h9.5v7H3z", "M12.5 9l4.5-2.5v7L12.5 11"],
  film: ["M3.5 4h13v12h-13z", "M7 4v12M13 4v12M3.5 8H7M3.5 12H7M13 8h3.5M13 12h3.5"],
  network: ["M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14z", "M3 10h14M10 3c-4 4-4 10 0 14M10 3c4 4 4 10 0 14"],
  person: ["M10 3.2a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 0 1 0-4.6z", "M5 17c0-4.5 2-7 5-7s5 2.5 5 7"],
  bell: [
    "M5 14.5h10c-1.2-1.3-1.5-2.6-1.5-5.5a3.5 3.5 0 0 0-7 0c0 2.9-.3 4.2-1.5 5.5z",
    "M8.6 16.6a1.6 1.6 0 0 0 2.8 0",
  ],
  zone: ["M4 7.5l6-3 6.5 3.5-3 7.5H5.5z"],
  enter: ["M11 3.5h5.5v13H11", "M3.5 10h8.5M9 6.8l3.2 3.2L9 13.2"],
  leave: ["M9 3.5H3.5v13H9", "M8 10h8.5M13.3 6.8l3.2 3.2-3.2 3.2"],
  clock: ["M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14z", "M10 6v4.2l2.8 1.8"],
  people: [
    "M7 4a2 2 0 1 1 0 4a2 2 0 0 1 0-4zM13 4a2 2 0 1 1 0 4a2 2 0 0 1 0-4z",
    "M3.5 16c0-4 1.2-6 3.5-6s3 1.2 3 3.5c0-2.3.7-3.5 3-3.5s3.5 2 3.5 6",
  ],
  repeat: ["M4 9a6 6 0 0 1 10.5-3.5L16 7M16 3.5V7h-3.5", "M16 11a6 6 0 0 1-10.5 3.5L4 13M4 16.5V13h3.5"],
  nobody: ["M10 3.2a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 0 1 0-4.6z", "M5 17c0-4.5 2-7 5-7s5 2.5 5 7", "M3.5 4.5l13 12"],
  pencil: ["M4 16l.8-3.4L13.6 3.8l2.6 2.6-8.8 8.8z"],
  chevron: ["M5.5 8l4.5 4.5L14.5 8"],
  pencil: ["M4 16l.8-3.4L13.6 3.8l2.6 2.6-8.8 8.8z", "M11.8 5.6l2.6 2.6"],
  measure: ["M4 15.5h13M4 15.5L12.5 4", "M11 15.5a7 7 0 0 0-2.8-5.6"],
  level: ["M2.5 13.5h15", "M10 4.5v6M7.5 8l2.5 2.5L12.5 8"],
};

const SVG = "http://www.w3.org/2000/svg";

/** An <svg> that assistive technology skips: the button around it has the label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
