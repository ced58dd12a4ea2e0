// A small trace of the last minute: what is true, and what the device feels.

import { el } from "./dom.js";

const KEPT = 170;
const WIDTH = 110;
const HEIGHT = 22;
const MARGIN = 2;
const FLAT_SHARE = 0.02;
const SVG = "http://www.w3.org/2000/svg";

export function trace() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("class", "trace");
  svg.setAttribute("aria-hidden", "true");
  const lines = ["truth", "felt"].map((name) => {
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("class", name);
    svg.append(line);
    return line;
  });
  const kept = [];

  return {
    node: el("span", { class: "trace-box" }, svg),
    add(truth, felt) {
      kept.push([truth, felt]);
      if (kept.length > KEPT) kept.shift();
      const all = kept.flat();
      const middle = (Math.min(...all) + Math.max(...all)) / 2;
      // Noise in the last digit should not fill the box.
      const half = Math.max((Math.max(...all) - Math.min(...all)) / 2,
        Math.abs(middle) * FLAT_SHARE, 1e-9);
      const y = (value) =>
        HEIGHT / 2 - ((value - middle) / half) * (HEIGHT / 2 - MARGIN);
      const x = (place) => WIDTH - ((kept.length - 1 - place) * WIDTH) / (KEPT - 1);
      lines.forEach((line, which) => {
        const points = kept.map((pair, place) =>
          `${x(place).toFixed(1)},${y(pair[which]).toFixed(1)}`);
        line.setAttribute("points", points.join(" "));
      });
    },
  };
}
