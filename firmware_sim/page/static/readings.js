// What a device senses: the world's truth, what it feels, what it last said; and a hand on it.

import { act } from "./api.js";
import { both, el, keep, setText } from "./dom.js";
import { fullName, quantity } from "./quantities.js";
import { trace } from "./trace.js";

export function readingsPanel(target) {
  const rows = el("tbody");
  const node = el("div", { class: "scrolled" },
    el("table", { class: "readings", "data-testid": "readings" },
      el("thead", {}, el("tr", {},
        el("th", {}, both("Magnitud", "quantity")),
        el("th", {}, both("Mundo", "world")),
        el("th", {}, both("Siente", "feels")),
        el("th", {}, both("Dijo", "last said")),
        el("th", {}, both("Traza", "trace")),
        el("th", {}, both("Mantener", "hold")))),
      rows));

  function row({ name }) {
    const one = quantity(name);
    const { es, en } = fullName(one);
    const { unit } = one;
    const cells = { truth: el("td"), sensed: el("td"), said: el("td") };
    const line = trace();
    const input = el("input", { type: "number", step: "any",
      "aria-label": `${es}: mantener · hold` });
    const form = el("form", { onsubmit: hold }, input,
      el("button", { title: "Mantener · hold" }, "✓"));
    const release = el("button", { class: "held", onclick: () => set(null) },
      both("Soltar", "release"));
    const label = el("th", { scope: "row", title: name }, es, " ",
      el("span", { class: "unit" }, unit), el("span", { class: "en", lang: "en" }, en));
    const item = el("tr", {}, label, ...Object.values(cells), el("td", {}, line.node),
      el("td", {}, form, release));

    function hold(event) {
      event.preventDefault();
      if (input.value !== "") set(Number(input.value));
    }
    function set(value) {
      act("hold", { at: target, reading: name, value },
        () => value === null ? `${es}: vuelve al mundo · released` : `${es} = ${value} ${unit}`);
    }
    return {
      node: item,
      update({ truth, sensed, held, said }) {
        setText(cells.truth, String(truth));
        setText(cells.sensed, String(sensed));
        setText(cells.said, said === undefined ? "—" : String(said));
        item.classList.toggle("is-held", held);
        form.hidden = held;
        release.hidden = !held;
        line.add(truth, sensed);
      },
    };
  }

  return {
    node,
    update({ measures, shows }) {
      const said = measures.map((measure) => ({ ...measure, said: shows[measure.name] }));
      keep(rows, said, (measure) => measure.name, row);
    },
  };
}
