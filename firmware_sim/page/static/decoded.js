// One frame told in full, part by part.

import { copy } from "./api.js";
import { localTime } from "./clock.js";
import { both, el } from "./dom.js";
import { isWrong, runs } from "./frame.js";

const COLOURS = 6;
const BYTES_SHOWN = 12;

// The class of a run of bytes: its part's colour, and whether it is wrong.
export function lookOf({ part, place }) {
  if (part === null) return "none";
  return `p${place % COLOURS}${isWrong(part) ? " wrong" : ""}`;
}

// `point(frame, run)` is called with what the pointer or the focus is on, or with nulls.
export function decodedTable(frame, point) {
  const rows = runs(frame).filter((run) => run.part !== null).map((run) => {
    const tell = () => point(frame, run);
    const leave = () => point(null, null);
    return el("tr", { tabindex: "0", "data-part": run.place, class: lookOf(run),
      onmouseenter: tell, onfocus: tell, onmouseleave: leave, onblur: leave },
      el("td", {}, run.part.name), el("td", {}, el("code", {}, shortened(run.hex))),
      el("td", {}, run.part.text));
  });
  return el("table", {},
    el("caption", {}, `${localTime(frame.at_s, 3)} · n.º ${frame.number} `,
      el("button", { "data-testid": "copy-hex", onclick: () => copy(frame.hex) },
        both("Copiar hex", "copy"))),
    el("thead", {}, el("tr", {}, el("th", {}, both("Parte", "part")), el("th", {}, "Bytes"),
      el("th", {}, both("Valor", "value")))),
    el("tbody", {}, ...rows));
}

// All bytes stand in the frame itself.
function shortened(hex) {
  const bytes = hex.split(" ");
  if (bytes.length <= BYTES_SHOWN) return hex;
  return `${bytes.slice(0, BYTES_SHOWN - 2).join(" ")} … ${bytes.at(-1)}`;
}
