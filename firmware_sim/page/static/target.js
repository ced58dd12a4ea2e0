// All that there is to know of one device, sign or line.

import { say } from "./api.js";
import { both, el, keep, setText } from "./dom.js";
import { facePanel } from "./face.js";
import { faultsPanel } from "./faults.js";
import { framesPanel } from "./frames.js";
import { quantity } from "./quantities.js";
import { readingsPanel } from "./readings.js";

export function targetPanel(target, kinds) {
  const display = el("dl", { class: "display", "data-testid": "display" });
  const readings = target.measures.length ? readingsPanel(target.name) : null;
  const faults = faultsPanel(target, kinds);
  const frames = framesPanel(target);
  const face = target.face ? facePanel(target.name) : null;

  const says = el("section", { class: "card" },
    el("h3", {}, both("Lo que dice ahora", "what it says now")), display);
  if (readings) says.append(el("h3", {}, both("Lo que mide", "what it measures")), readings.node);
  const node = el("article", { class: "target" }, head(target), ...(face ? [face.node] : []),
    el("div", { class: "column" }, says, faults.node), el("div", { class: "column" }, frames.node));

  return {
    node,
    update(now, ailments) {
      keep(display, Object.entries(now.shows), ([name]) => name, shownValue);
      readings?.update(now);
      faults.update(ailments);
      frames.update(now);
      face?.update(now.face);
    },
  };
}

function head(target) {
  const facts = [target.type, target.protocol, target.where].filter(Boolean).join(" · ");
  const reach = target.reach.map((place) =>
    el("button", { class: "copy", title: "Copiar · copy", onclick: () => copy(place) }, place));
  return el("header", { class: "place" },
    el("h2", {}, target.title, " ", el("span", { class: "quiet" }, target.name)),
    el("p", { class: "reach" }, el("span", { class: "quiet" }, facts), ...reach));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copiado · copied: ${text}`);
  } catch {
    // The browser may forbid it; the text stands there to be marked.
    say("El navegador no deja copiar · the browser does not allow copying", true);
  }
}

function shownValue([name]) {
  const { es, en, unit } = quantity(name);
  const value = el("span");
  const box = el("dd", { "data-quantity": name }, value);
  if (unit) box.append(" ", el("span", { class: "unit" }, unit));
  return {
    node: el("div", {}, el("dt", { title: name }, both(es, en)), box),
    update([, now]) {
      setText(value, String(now));
      box.classList.toggle("words", typeof now === "string");
    },
  };
}
