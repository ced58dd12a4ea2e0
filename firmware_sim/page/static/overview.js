// A whole cabinet at a glance: what each device shows, the signs' faces, what ails them.

import { both, el, keep, setText } from "./dom.js";
import { faceImage } from "./face.js";
import { lineOf } from "./family.js";
import { showMarks } from "./kinds.js";
import { fullName, quantity } from "./quantities.js";
import { last, valueSaid, whereSaid } from "./words.js";

export function overview() {
  const node = el("ul", { class: "overview", "data-testid": "overview" });
  return {
    node,
    update(rows) {
      const devices = rows.filter((row) => row.type !== "line")
        .map((row) => ({ row, line: lineOf(rows, row.name) }));
      keep(node, devices, ({ row }) => row.name, card);
    },
  };
}

function card({ row, line }) {
  const marks = el("span", { class: "pills" });
  const values = el("div", { class: "brief" });
  const nothing = el("p", { class: "quiet" }, both("Aún nada", "nothing yet"));
  const face = row.type === "sign" ? faceImage(row.name) : null;
  const place = [line ? last(line.name) : row.protocol, whereSaid(row.where)];
  const node = el("li", { class: "card" },
    el("a", { href: `#gabinete/${row.name}` },
      el("h3", {}, last(row.name), el("span", { class: "quiet" },
        place.filter(Boolean).join(" · "))),
      el("p", { class: "quiet" }, row.title), marks, ...(face ? [face.node] : []), values,
      nothing));
  return {
    node,
    update(now) {
      showMarks(marks, now.row.faults, now.line?.faults ?? []);
      node.classList.toggle("ailing", marks.children.length > 0);
      face?.refresh();
      const main = now.row.main.map((name) => [name, now.row.shows[name]]);
      keep(values, main, ([name]) => name, brief);
      nothing.hidden = main.length > 0;
    },
  };
}

function brief([name]) {
  const one = quantity(name);
  const value = el("b");
  const { es, en } = fullName(one);
  return {
    node: el("p", { title: `${name} · ${en}` }, both(es), " ", value, " ",
      el("span", { class: "unit" }, one.unit)),
    update([, now]) {
      setText(value, valueSaid(now));
    },
  };
}
