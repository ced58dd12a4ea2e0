// The catalogue of faults, as the bench gives it; and faults as marks beside what they ail.

import { el, keep, setText } from "./dom.js";

const kinds = new Map();

export function setKinds(catalogue) {
  kinds.clear();
  for (const kind of catalogue) kinds.set(kind.name, kind);
}

export function kindNamed(name) {
  return kinds.get(name);
}

// A fault's Spanish name; English and the name that commands use are a touch away.
export function faultMark(name, note = "") {
  const { es, en } = kinds.get(name) ?? { es: name, en: name };
  return el("span", { class: `pill ${note && "lines"}`, title: `${es} · ${en} (${name})` },
    note + es);
}

// Those of a device, and, with an outline only, those of the line that it is on.
export function showMarks(parent, own, ofLine) {
  const marks = [...names(own).map((name) => ({ name, note: "" })),
    ...names(ofLine).map((name) => ({ name, note: "línea: " }))];
  keep(parent, marks, ({ name, note }) => note + name,
    ({ name, note }) => ({ node: faultMark(name, note) }));
}

export function showCount(node, count) {
  setText(node, count === 0 ? "" : `⚠ ${counted(count)}`);
}

export function counted(count) {
  return count === 1 ? "1 falla" : `${count} fallas`;
}

export function areOn(faults) {
  return faults.filter((fault) => fault.is_on);
}

function names(faults) {
  return [...new Set(areOn(faults).map((fault) => fault.name))];
}
