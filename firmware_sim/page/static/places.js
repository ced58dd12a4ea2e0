// Where to look: roads, municipalities, their cabinets. Five hundred fit, with a search box.

import { both, el, keep, setText } from "./dom.js";

export function placesPanel() {
  const search = el("input", { type: "search", placeholder: "Buscar · search",
    "aria-label": "Buscar · search", oninput: show, "data-testid": "search" });
  const roads = el("ul", { class: "links" });
  const towns = el("div");
  const none = el("p", { class: "quiet" }, both("Nada con ese nombre", "nothing by that name"));
  const list = el("div", { class: "found" },
    el("h2", {}, both("Vías", "roads")), roads,
    el("h2", {}, both("Gabinetes", "cabinets")), towns, none);
  const menu = el("button", { class: "menu", "aria-expanded": "false", onclick: toggle },
    both("☰ Lugares", "places"));
  const node = el("div", {}, menu, search, list);
  let summary = { roads: [], cabinets: [] };
  let chosen = "";

  function toggle() {
    const isOpen = document.body.classList.toggle("choosing");
    menu.setAttribute("aria-expanded", String(isOpen));
  }
  function show() {
    const wanted = search.value.trim().toLowerCase();
    const fits = (place) => `${place.name} ${place.title}`.toLowerCase().includes(wanted);
    const byTown = new Map();
    for (const cabinet of summary.cabinets.filter(fits)) {
      const town = cabinet.name.split("/")[0];
      byTown.set(town, [...(byTown.get(town) ?? []), cabinet]);
    }
    keep(roads, summary.roads.filter(fits), (road) => road.name, roadLink);
    const isOpen = wanted !== "" || byTown.size <= 2;
    keep(towns, [...byTown], ([town]) => town, ([town]) => townPart(town, isOpen));
    none.hidden = byTown.size > 0 || roads.children.length > 0;
    if (wanted) for (const town of towns.children) town.open = true;
  }
  function roadLink(road) {
    const link = el("a", { href: `#via/${road.name}` }, road.title);
    link.append(" ", el("span", { class: "quiet" }, `${road.length_m / 1000} km`));
    return { node: el("li", {}, link), update: () => mark(link, `via/${road.name}`) };
  }
  function townPart(town, isOpen) {
    const count = el("span", { class: "quiet" });
    const ailing = el("span", { class: "bad" });
    const cabinets = el("ul", { class: "links" });
    const head = el("summary", {}, town, " ", count, " ", ailing);
    return {
      node: el("details", { open: isOpen }, head, cabinets),
      update([, all]) {
        setText(count, String(all.length));
        const faults = all.reduce((sum, cabinet) => sum + cabinet.faults, 0);
        setText(ailing, faults ? `⚠ ${faults}` : "");
        keep(cabinets, all, (cabinet) => cabinet.name, cabinetLink);
      },
    };
  }
  function cabinetLink(cabinet) {
    const place = `gabinete/${cabinet.name}`;
    const faults = el("span", { class: "bad" });
    const link = el("a", { href: `#${place}`, title: cabinet.name }, cabinet.title, " ", faults);
    return {
      node: el("li", {}, link),
      update(now) {
        setText(faults, now.faults ? `⚠ ${now.faults}` : "");
        mark(link, place);
      },
    };
  }
  function mark(link, place) {
    const isHere = chosen === place || chosen.startsWith(`${place}/`);
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }

  return {
    node,
    update(now) {
      summary = now;
      show();
    },
    choose(place) {
      chosen = place;
      document.body.classList.remove("choosing");
      menu.setAttribute("aria-expanded", "false");
      show();
      const town = towns.kept.get(place.split("/")[1]);
      if (town) town.node.open = true;
    },
  };
}
