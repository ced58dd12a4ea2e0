// A sign's face as its dots are now.

import { el, setText } from "./dom.js";

const FRESH_MS = 600;

export function facePanel(name) {
  const face = faceImage(name);
  const caption = el("figcaption", { class: "quiet" });
  return {
    node: el("figure", { class: "card face", "data-testid": "face" }, face.node, caption),
    update({ width, height }) {
      face.refresh();
      setText(caption, `${width} × ${height} px`);
    },
  };
}

export function faceImage(name) {
  const node = el("div", { class: "dots" });
  let isLoading = false;
  let askedMs = -Infinity;

  async function refresh() {
    if (isLoading || performance.now() - askedMs < FRESH_MS) return;
    isLoading = true;
    askedMs = performance.now();
    const next = el("img", { alt: "Cara del panel · the sign's face",
      src: `/api/faces/${name}.png?${Date.now()}` });
    try {
      await next.decode();
      node.replaceChildren(next);
    } catch {
      // The old face stays; when the bench is gone the whole page says so.
    }
    isLoading = false;
  }

  return { node, refresh };
}
