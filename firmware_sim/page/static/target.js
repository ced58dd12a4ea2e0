// All that there is to know of one device, sign or line.

import { copy } from "./api.js";
import { display } from "./display.js";
import { both, el } from "./dom.js";
import { facePanel } from "./face.js";
import { faultsPanel } from "./faults.js";
import { framesPanel } from "./frames.js";
import { readingsPanel } from "./readings.js";
import { whereSaid } from "./words.js";

export function targetPanel(target, line) {
  const shown = display();
  const readings = target.measures.length ? readingsPanel(target.name) : null;
  const faults = faultsPanel(target, line);
  const frames = framesPanel(target);
  const face = target.face ? facePanel(target.name) : null;

  const says = el("section", { class: "card" },
    el("h3", {}, both("Lo que dice ahora", "what it says now")), shown.node);
  if (readings) says.append(el("h3", {}, both("Lo que mide", "what it measures")), readings.node);
  const node = el("article", { class: "target" }, head(target), ...(face ? [face.node] : []),
    el("div", { class: "column" }, says, faults.node), el("div", { class: "column" }, frames.node));

  return {
    node,
    update(now, own, lineNow) {
      shown.update(now.shows);
      readings?.update(now);
      faults.update(own, lineNow);
      frames.update(now);
      face?.update(now.face);
    },
  };
}

function head(target) {
  const facts = [target.type, target.protocol, whereSaid(target.where)].filter(Boolean).join(" · ");
  const reach = target.reach.map((place) =>
    el("button", { class: "copy", title: "Copiar · copy", onclick: () => copy(place) }, place));
  return el("header", { class: "place" },
    el("h2", {}, target.title, " ", el("span", { class: "quiet" }, target.name)),
    el("p", { class: "reach" }, el("span", { class: "quiet" }, facts), ...reach));
}
