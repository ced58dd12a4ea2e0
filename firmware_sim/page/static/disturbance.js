// Incidents and works: what there is on a road, and a new one where somebody pointed.

import { act } from "./api.js";
import { localTime } from "./clock.js";
import { both, el, setText } from "./dom.js";
import { DISTURBANCES } from "./words.js";

const FIELDS = {
  position_m: { es: "En el metro", en: "at metre", min: 0, value: 0, unit: "m" },
  length_m: { es: "Largo", en: "length", min: 1, max: 5000, value: 30, unit: "m" },
  speed_kmh: { es: "A lo sumo", en: "at most", min: 0, max: 100, value: 10, unit: "km/h" },
  for_s: { es: "Durante", en: "for", min: 1, value: 600, unit: "s" },
};

export function disturbanceForm(road, length_m) {
  const kind = el("select", { "aria-label": "Clase · kind" },
    ...Object.entries(DISTURBANCES).map(([name, [es, en]]) =>
      el("option", { value: name }, `${es} · ${en}`)));
  const inputs = {};
  const labels = Object.entries(FIELDS).map(([name, { es, en, unit, ...attributes }]) => {
    inputs[name] = el("input", { type: "number", step: "any", required: true, name,
      ...attributes });
    return el("label", { class: "field" }, both(es, en), inputs[name], el("small", {}, unit));
  });
  inputs.position_m.max = length_m;
  const lanes = el("span", { class: "lanes" });
  const node = el("form", { class: "disturb", onsubmit: place }, kind, ...labels, lanes,
    el("button", { class: "primary", "data-testid": "disturb" },
      both("Incidente aquí", "incident here")));
  kind.addEventListener("change", () => {
    const [es, en] = DISTURBANCES[kind.value];
    node.querySelector("button").replaceChildren(both(`${es} aquí`, `${en} here`));
  });

  function place(event) {
    event.preventDefault();
    const body = { kind: kind.value };
    for (const [name, input] of Object.entries(inputs)) body[name] = Number(input.value);
    const boxes = [...lanes.querySelectorAll("input")];
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    body.lanes = chosen.length === boxes.length ? [] : chosen;
    const [es, en] = DISTURBANCES[kind.value];
    act(`roads/${road}/disturb`, body,
      () => `${es} en el metro ${body.position_m} · ${en} at metre ${body.position_m}`);
  }

  return {
    node,
    point(position_m, roadLanes) {
      inputs.position_m.value = String(Math.round(position_m));
      if (lanes.children.length > 0) return;
      lanes.append(both("Carriles", "lanes"), ...roadLanes.map(({ name }) =>
        el("label", {}, el("input", { type: "checkbox", value: name, checked: true }), name)));
    },
  };
}

export function disturbanceRow() {
  const node = el("li");
  return {
    node,
    update(one) {
      const [es, en] = DISTURBANCES[one.kind] ?? [one.kind];
      const lanes = one.lanes.length ? `carriles · lanes ${one.lanes.join(", ")}` : "";
      const facts = [`m ${Math.round(one.position_m)} + ${Math.round(one.length_m)}`,
        `≤ ${one.speed_kmh} km/h`, `${localTime(one.start_s)} – ${localTime(one.end_s)}`, lanes];
      setText(node, `${es}${en ? ` · ${en}` : ""}: ${facts.filter(Boolean).join(" · ")}`);
      node.classList.toggle("on", one.is_on);
    },
  };
}
