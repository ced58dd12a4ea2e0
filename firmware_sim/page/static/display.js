// What a device says now: tables for what it says of several of the same, tiles for the rest.

import { both, el, keep, setText } from "./dom.js";
import { fullName, quantity } from "./quantities.js";
import { valueSaid } from "./words.js";

const COUNTED = ["input", "lane"];
const TABLED = [...COUNTED, "phase", "pair"];
const TITLES = { input: ["Espira", "loop"], lane: ["Carril", "lane"], phase: ["Fase", "phase"],
  pair: ["Entre", "between"] };
const SHORT = 24;

export function display() {
  const node = el("div", { class: "display", "data-testid": "display" });
  return {
    node,
    update(shows) {
      keep(node, blocks(shows), (block) => block.key,
        (block) => (block.kind ? table(block.kind) : tile(block)));
    },
  };
}

// Tables come where the first of their quantities would.
function blocks(shows) {
  const all = Object.entries(shows).map(([name, value]) => ({ ...quantity(name), value }));
  const found = new Map();
  for (const one of all) {
    const kind = one.which?.kind;
    const like = all.filter((other) => other.base === one.base && other.which?.kind === kind);
    const isTabled = TABLED.includes(kind) && (COUNTED.includes(kind) || like.length > 1);
    if (!isTabled) found.set(one.name, { ...one, key: one.name });
    else if (found.has(`table ${kind}`)) found.get(`table ${kind}`).entries.push(one);
    else found.set(`table ${kind}`, { key: `table ${kind}`, kind, entries: [one] });
  }
  return [...found.values()];
}

function tile(one) {
  const value = el("span");
  const box = el("dd", { "data-quantity": one.name }, value);
  const node = el("dl", { class: "tile" },
    el("dt", { title: one.name }, both(fullName(one).es, fullName(one).en)), box);
  if (one.unit) box.append(" ", el("span", { class: "unit" }, one.unit));
  return {
    node,
    update({ which, base, value: now }) {
      const text = valueSaid(now);
      setText(value, text);
      box.classList.toggle("words", typeof now === "string");
      node.classList.toggle("wide",
        text.length > SHORT || which?.kind === "page" || base === "multi");
    },
  };
}

function table(kind) {
  const head = el("tr", {});
  const body = el("tbody");
  const node = el("div", { class: "wide scrolled" },
    el("table", { class: "several" }, el("thead", {}, head), body));
  return {
    node,
    update({ entries }) {
      const columns = [...new Map(entries.map(({ which }) => [which.es, which])).values()];
      const bases = [...new Set(entries.map(({ base }) => base))];
      keep(head, [{ es: "" }, ...columns], ({ es }) => es,
        ({ es, en }) => ({ node: es === "" ? el("th", {}, both(...TITLES[kind]))
          : el("th", { scope: "col", title: en },
            COUNTED.includes(kind) ? es.split(" ")[1] : es) }));
      keep(body, bases.map((base) => entries.filter((one) => one.base === base)),
        ([{ base }]) => [base, ...columns.map((column) => column.es)].join(),
        (row) => tableRow(row, columns));
    },
  };
}

function tableRow(first, columns) {
  const { es, en } = first[0];
  const unit = first.find((one) => one.unit)?.unit ?? "";
  const label = el("th", { scope: "row" }, both(es, en), " ", el("span", { class: "unit" }, unit));
  const node = el("tr", {}, label);
  const cells = new Map(columns.map((column) => [column.es, el("td")]));
  node.append(...cells.values());
  return {
    node,
    update(row) {
      for (const [column, cell] of cells) {
        const one = row.find(({ which }) => which.es === column);
        setText(cell, one === undefined ? "" : valueSaid(one.value));
        if (one) cell.dataset.quantity = cell.title = one.name;
      }
    },
  };
}
