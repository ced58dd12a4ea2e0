// A sign's face as its dots are now.

import { el, setText } from "./dom.js";

export function facePanel(name) {
  let image = el("img", { alt: "" });
  const caption = el("figcaption", { class: "quiet" });
  const node = el("figure", { class: "card face", "data-testid": "face" }, image, caption);
  let isLoading = false;

  async function refresh() {
    if (isLoading) return;
    isLoading = true;
    const next = el("img", { alt: "Cara del panel · the sign's face", 
      src: `/api/faces/${name}.png?${Date.now()}` });
    try {
      await next.decode();
      image.replaceWith(next);
      image = next;
    } catch {
      // The old face stays; when the bench is gone the whole page says so.
    }
    isLoading = false;
  }

  return {
    node,
    update(now) {
      refresh();
      setText(caption, `${now.width} × ${now.height} px`);
    },
  };
}
