// A canvas that is as sharp as the screen, in CSS pixels.

import { el } from "./dom.js";

export function sharpCanvas(height, label) {
  const node = el("canvas", { role: "img", "aria-label": label });
  node.style.height = `${height}px`;
  return {
    node,
    height,
    // Clears, and gives the context, the width, and the page's own colours.
    begin() {
      const width = node.clientWidth;
      const ratio = window.devicePixelRatio;
      if (node.width !== Math.round(width * ratio)) {
        node.width = Math.round(width * ratio);
        node.height = Math.round(height * ratio);
      }
      const context = node.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      const style = getComputedStyle(node);
      const colour = (name) => style.getPropertyValue(name).trim();
      context.font = `11px ${style.fontFamily}`;
      return { context, width, colours: { text: colour("--text"), quiet: colour("--quiet"),
        road: colour("--road"), mark: colour("--mark"), bad: colour("--bad") } };
    },
  };
}

// A distance axis along the bottom of a drawing: `x(m)` in pixels.
export function drawAxis({ context, width, colours }, from_m, to_m, x, y) {
  const step_m = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
    .find((step) => (step / (to_m - from_m)) * width >= 70) ?? 20000;
  context.fillStyle = colours.quiet;
  context.textAlign = "center";
  for (let at_m = Math.ceil(from_m / step_m) * step_m; at_m <= to_m; at_m += step_m) {
    context.fillRect(x(at_m), y, 1, 4);
    const text = step_m < 1000 ? `${at_m} m` : `${at_m / 1000} km`;
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(width - half, Math.max(half, x(at_m))), y + 14);
  }
}
