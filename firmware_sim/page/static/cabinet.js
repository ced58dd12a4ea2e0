// One cabinet: its lines with their devices, its signs; all at a glance, or one in full.

import { get } from "./api.js";
import { both, el, keep, setText } from "./dom.js";
import { devicesOf, lineOf } from "./family.js";
import { areOn, showCount, showMarks } from "./kinds.js";
import { overview } from "./overview.js";
import { quantity } from "./quantities.js";
import { targetPanel } from "./target.js";
import { last, valueSaid, whereSaid } from "./words.js";

export function cabinetView(name, placesNow) {
  const { title, road, position_m } =
    placesNow().cabinets.find((cabinet) => cabinet.name === name) ?? {};
  const list = el("ul", { class: "targets" });
  const detail = el("div", { class: "detail" });
  const count = el("span", { class: "bad" });
  const whole = el("a", { href: `#gabinete/${name}`, "data-testid": "whole" },
    both("Todo el gabinete", "the whole cabinet"), " ", count);
  const head = el("header", { class: "place" }, el("h2", {}, title ?? name));
  if (road) {
    head.append(el("p", { class: "quiet" }, name, " · ",
      el("a", { href: `#via/${road}` }, `${road}, m ${position_m}`)));
  }
  const node = el("div", { class: "cabinet" },
    el("section", { class: "devices", "aria-label": "Equipos · devices" }, head,
      el("p", { class: "whole" }, whole), list), detail);
  let rows = [];
  let chosen = null; // null: the whole cabinet
  let panel = null;

  function row(target) {
    const values = el("span", { class: "values" });
    const marks = el("span", { class: "pills" });
    const link = el("a", { href: `#gabinete/${target.name}` },
      el("b", {}, last(target.name)), " ",
      el("span", { class: "quiet" },
        [target.title, whereSaid(target.where)].filter(Boolean).join(" · ")),
      marks, values);
    const item = el("li", { class: target.type === "line" ? "line" : "", "data-testid": "target" });
    item.append(link);
    return {
      node: item,
      update(now) {
        setText(values, inBrief(now));
        showMarks(marks, now.faults, lineOf(rows, now.name)?.faults ?? []);
        setCurrent(link, now.name === chosen);
      },
    };
  }

  async function ask() {
    const cabinet = await get(`cabinets/${name}`);
    rows = cabinet.targets;
    keep(list, rows, (target) => target.name, row);
    setCurrent(whole, chosen === null);
    showCount(count, rows.reduce((sum, one) => sum + areOn(one.faults).length, 0));
    const wanted = chosen;
    if (wanted === null) {
      show("", overview).update(rows);
      return;
    }
    const target = await get(`targets/${wanted}`);
    if (wanted !== chosen) return; // another was chosen while this one was asked for
    const line = lineOf(rows, target.name);
    show(target.name, () => targetPanel(target, line)).update(target, ownFaults(target), line);
  }

  // Faults of a board that are switched on at its line are the devices' own: a line shows them too.
  function ownFaults(target) {
    return [target, ...devicesOf(rows, target.name)].flatMap(({ faults }) => faults);
  }

  function show(key, make) {
    if (panel?.key !== key) {
      panel = { ...make(), key };
      detail.replaceChildren(panel.node);
      detail.scrollTop = 0;
    }
    return panel;
  }

  return {
    node,
    ask,
    choose(target) {
      chosen = target;
    },
  };
}

function setCurrent(link, isHere) {
  if (isHere) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

// What it says of several of the same stands in a row, its name once.
function inBrief({ main, shows }) {
  const values = new Map();
  for (const name of main) {
    const { es, unit } = quantity(name);
    values.set(es, [...(values.get(es) ?? []), `${valueSaid(shows[name])}${unit && ` ${unit}`}`]);
  }
  return [...values].map(([es, some]) => `${es} ${some.join(", ")}`).join("  ·  ");
}
