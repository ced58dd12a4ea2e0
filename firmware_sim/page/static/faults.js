// The fault switches of one device, line or sign.

import { act } from "./api.js";
import { localTime } from "./clock.js";
import { both, el, setText, setValue } from "./dom.js";
import { kindNamed, showMarks } from "./kinds.js";
import { fullName, quantity } from "./quantities.js";
import { PLACES, last } from "./words.js";

export function faultsPanel(target, line) {
  const mine = target.can_have.map(kindNamed);
  const places = Object.keys(PLACES).filter((place) => mine.some((kind) => kind.where === place));
  const rows = mine.map((kind) => faultRow(target, kind));
  const clear = el("button", { "data-testid": "clear", onclick: clearAll },
    both("Quitar", "clear"));
  const marks = el("span", { class: "pills" });
  const above = line && el("p", { class: "above", "data-testid": "line-faults" },
    el("a", { href: `#gabinete/${line.name}` },
      both(`En su línea ${last(line.name)}`, "its line")), marks);
  const node = el("section", { class: "card faults" },
    el("h3", {}, both("Fallas", "faults"), clear), ...(above ? [above] : []),
    ...places.map((place) => el("fieldset", {}, el("legend", {}, both(...PLACES[place])),
      ...rows.filter((row) => row.where === place).map((row) => row.node))));

  function clearAll() {
    act("clear", { at: target.name }, ({ count }) => `fallas quitadas · faults cleared: ${count}`);
  }

  return {
    node,
    update(faults, lineNow) {
      for (const row of rows) row.update(faults.filter((fault) => fault.name === row.name));
      clear.hidden = faults.length === 0;
      if (above) showMarks(marks, lineNow.faults, []);
    },
  };
}

function faultRow(target, kind) {
  const toggle = el("button", { class: "switch", role: "switch", "aria-checked": "false",
    "aria-label": `${kind.es} · ${kind.en}`, "data-testid": `fault-${kind.name}`, onclick: flip });
  const fields = fieldsFor(target, kind, () => isOn && switchOn());
  const state = el("span", { class: "state" });
  const node = el("div", { class: "fault" }, toggle,
    el("span", { class: "what", title: kind.name }, both(kind.es, kind.en), state),
    el("span", { class: "fields" }, ...Object.values(fields).map(({ label }) => label)));
  let isOn = false;

  function flip() {
    if (isOn) {
      act("clear", { at: target.name, name: kind.name }, () => `${kind.es}: quitada · cleared`);
    } else switchOn();
  }
  function switchOn() {
    const body = { at: target.name, name: kind.name };
    for (const [key, { read }] of Object.entries(fields)) {
      const value = read();
      if (value !== null) body[key] = value;
    }
    act("faults", body, ({ targets }) => `${kind.es}: ${targets.map(last).join(", ")}`);
  }

  return {
    node,
    name: kind.name,
    where: kind.where,
    update(faults) {
      const on = faults.filter((fault) => fault.is_on);
      isOn = on.length > 0;
      toggle.setAttribute("aria-checked", String(isOn));
      node.classList.toggle("on", isOn);
      setText(state, [...new Set(faults.map(said))].join("; "));
      if (on.length === 1) for (const { show } of Object.values(fields)) show(on[0]);
    },
  };
}

// Rate, amount, duration and reading: what they send, and how they show a fault that is on.
function fieldsFor(target, kind, changed) {
  const number = (title, attributes, unit) => {
    const input = el("input", { type: "number", "aria-label": title, title, onchange: changed,
      ...attributes });
    return { input, label: el("label", { class: "field" }, input, el("small", {}, unit)) };
  };
  const read = (input) => (input.value === "" ? null : Number(input.value));
  const fields = {};
  if (kind.where === "reading") {
    const select = el("select", { "aria-label": "Magnitud · reading", onchange: changed },
      el("option", { value: "" }, "todas · all"),
      ...target.measures.map(({ name }) =>
        el("option", { value: name }, fullName(quantity(name)).es)));
    fields.reading = { label: select, read: () => select.value || null,
      show: (fault) => setValue(select, fault.reading ?? "") };
  }
  if (kind.amount) {
    const { unit_es: es, unit_en: en, low, high } = kind.amount;
    const { input, label } = number(`${es}: ${low}…${high}`,
      { min: low, max: high, step: "any", value: kind.amount.default }, both(es, en));
    fields.amount = { label, read: () => read(input),
      show: (fault) => setValue(input, String(fault.amount)) };
  }
  if (kind.has_rate) {
    const { input, label } = number("De cada cien veces · of a hundred times",
      { min: 0.1, max: 100, step: "any", value: 100 }, "%");
    fields.rate = { label, read: () => (input.value === "" ? null : Number(input.value) / 100),
      show: (fault) => setValue(input, String(Number((fault.rate * 100).toFixed(2)))) };
  }
  const time = number("Durante, en segundos del escenario · for, in scenario seconds",
    { min: 1, step: "any", placeholder: "∞" }, "s");
  fields.for_s = { label: time.label, read: () => read(time.input), show: () => {} };
  return fields;
}

function said(fault) {
  const parts = [];
  if (fault.reading !== null) parts.push(fullName(quantity(fault.reading)).es);
  if (!fault.is_on && fault.start_s !== null) {
    parts.push(`desde · from ${localTime(fault.start_s)}`);
  }
  if (fault.end_s !== null) parts.push(`hasta · until ${localTime(fault.end_s)}`);
  return parts.join(" ");
}
