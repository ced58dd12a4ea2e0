// One cabinet: its lines with their devices, its signs, and the one that is looked at in full.

import { get } from "./api.js";
import { both, el, keep, setText } from "./dom.js";
import { quantity } from "./quantities.js";
import { targetPanel } from "./target.js";
import { last } from "./words.js";

const SHOWN_IN_A_ROW = 3;

export function cabinetView(name, summaryNow) {
  const { title, road, position_m } =
    summaryNow().cabinets.find((cabinet) => cabinet.name === name) ?? {};
  const list = el("ul", { class: "targets" });
  const detail = el("div", { class: "detail" });
  const head = el("header", { class: "place" }, el("h2", {}, title ?? name));
  if (road) {
    head.append(el("p", { class: "quiet" }, name, " · ",
      el("a", { href: `#via/${road}` }, `${road}, m ${position_m}`)));
  }
  const node = el("div", { class: "cabinet" },
    el("section", { class: "devices", "aria-label": "Equipos · devices" }, head, list), detail);
  let chosen = null;
  let panel = null;

  function row(target) {
    const values = el("span", { class: "values" });
    const faults = el("span", { class: "pills" });
    const link = el("a", { href: `#gabinete/${target.name}` },
      el("b", {}, last(target.name)), " ",
      el("span", { class: "quiet" }, [target.title, target.where].filter(Boolean).join(" · ")),
      faults, values);
    const item = el("li", { class: target.type === "line" ? "line" : "", "data-testid": "target" });
    item.append(link);
    return {
      node: item,
      update(now) {
        setText(values, Object.entries(now.shows).slice(0, SHOWN_IN_A_ROW).map(said).join("  ·  "));
        keep(faults, now.faults.filter((fault) => fault.is_on), keyOf, pill);
        if (now.name === chosen) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      },
    };
  }

  async function ask() {
    const cabinet = await get(`cabinets/${name}`);
    if (chosen === null) {
      const first = cabinet.targets.find((target) => target.type !== "line") ?? cabinet.targets[0];
      chosen = first?.name ?? null;
    }
    keep(list, cabinet.targets, (target) => target.name, row);
    if (chosen === null) return;
    const target = await get(`targets/${chosen}`);
    if (panel?.name !== target.name) {
      if (target.name !== chosen) return; // another was chosen while this one was asked for
      panel = { ...targetPanel(target, summaryNow().fault_kinds), name: target.name };
      detail.replaceChildren(panel.node);
    }
    panel.update(target, ailments(target, cabinet.targets));
  }

  return {
    node,
    ask,
    choose(target) {
      chosen = target;
    },
  };
}

// Faults of a board that are switched on at its line are the devices' own: a line shows them too.
function ailments(target, rows) {
  if (target.type !== "line") return target.faults;
  const after = rows.slice(rows.findIndex((row) => row.name === target.name) + 1);
  const end = after.findIndex((row) => row.type === "line" || row.protocol !== target.protocol);
  const devices = end < 0 ? after : after.slice(0, end);
  return [...target.faults, ...devices.flatMap((device) => device.faults)];
}

function said([name, value]) {
  const { es, unit } = quantity(name);
  return `${es} ${value}${unit && ` ${unit}`}`;
}

function keyOf(fault) {
  return `${fault.name} ${fault.reading}`;
}

function pill(fault) {
  return { node: el("span", { class: "pill" }, fault.name) };
}
