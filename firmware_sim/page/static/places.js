// Where to look: roads, municipalities, their cabinets. Five hundred fit, with a search box.

import { both, el, keep, setText } from "./dom.js";
import { showCount } from "./kinds.js";

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
  let places = { roads: [], cabinets: [] };
  let ailing = {};
  let chosen = "";

  function toggle() {
    const isOpen = document.body.classList.toggle("choosing");
    menu.setAttribute("aria-expanded", String(isOpen));
  }
  function show() {
    const wanted = search.value.trim().toLowerCase();
    const fits = (place) => `${place.name} ${place.title}`.toLowerCase().includes(wanted);
    const byTown = new Map();
    for (const cabinet of places.cabinets.filter(fits)) {
      const town = cabinet.name.split("/")[0];
      byTown.set(town, [...(byTown.get(town) ?? []), cabinet]);
    }
    keep(roads, places.roads.filter(fits), (road) => road.name, roadLink);
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
    const number = el("span", { class: "quiet" });
    const count = el("span", { class: "bad" });
    const cabinets = el("ul", { class: "links" });
    const head = el("summary", {}, town, " ", number, " ", count);
    return {
      node: el("details", { open: isOpen }, head, cabinets),
      update([, all]) {
        setText(number, String(all.length));
        showCount(count, all.reduce((sum, { name }) => sum + (ailing[name] ?? 0), 0));
        keep(cabinets, all, (cabinet) => cabinet.name, cabinetLink);
      },
    };
  }
  function cabinetLink(cabinet) {
    const place = `gabinete/${cabinet.name}`;
    const count = el("span", { class: "bad" });
    const link = el("a", { href: `#${place}`, title: cabinet.name }, cabinet.title, " ", count);
    return {
      node: el("li", {}, link),
      update({ name }) {
        showCount(count, ailing[name] ?? 0);
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
    update(now, summary) {
      places = now;
      ailing = summary.faults;
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
