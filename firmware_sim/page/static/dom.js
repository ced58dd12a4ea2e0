// Elements from data. Data only ever becomes text or an attribute: nothing here parses HTML.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// Spanish, and English beside it.
export function both(es, en) {
  const node = el("span", { class: "both" }, es);
  if (en && en !== es) node.append(" ", el("span", { class: "en", lang: "en" }, en));
  return node;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// An input that somebody is writing in is left alone.
export function setValue(input, value) {
  if (document.activeElement !== input && input.value !== value) input.value = value;
}

// Makes the children of `parent` show `items`, in order: `make(item)` gives {node, update(item)}.
// What stays is the same element, so that focus, selection and scrolling survive.
export function keep(parent, items, keyOf, make) {
  const old = parent.kept ?? new Map();
  const kept = new Map();
  items.forEach((item, place) => {
    const key = keyOf(item);
    const row = old.get(key) ?? make(item);
    kept.set(key, row);
    row.update?.(item);
    if (parent.children[place] !== row.node) {
      parent.insertBefore(row.node, parent.children[place] ?? null);
    }
  });
  for (const [key, row] of old) if (!kept.has(key)) row.node.remove();
  parent.kept = kept;
}
