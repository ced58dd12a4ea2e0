// What was said on the line, newest first, its bytes coloured by part; one frame told in full.

import { localTime } from "./clock.js";
import { both, el, keep, setText } from "./dom.js";
import { hasWrongChecksum, isWrong, keyOf, kindOf, lengthOf, runs } from "./frame.js";
import { last } from "./words.js";

const COLOURS = 6;

export function framesPanel(target) {
  const counts = el("span", { class: "quiet" });
  const pause = el("button", { "aria-pressed": "false", "data-testid": "hold-frames",
    onclick: togglePause });
  const list = el("ol", { class: "frames", "data-testid": "frames" });
  const decoded = el("div", { class: "decoded", "data-testid": "decoded" });
  const tip = el("p", { class: "tip" });
  const empty = el("p", { class: "quiet" },
    both("Nadie ha dicho nada todavía en esta línea", "nothing was said on this line yet"));
  const node = el("section", { class: "card talk" },
    el("h3", {}, both("Tramas", "frames"), counts, pause), tip, empty,
    el("div", { class: "halves" }, list, decoded));
  let isPaused = false;
  let frames = [];
  let chosen = null; // null: the newest of its own
  let told = null;

  showPause();

  function showPause() {
    pause.replaceChildren(
      isPaused ? both("▶ Seguir", "go on") : both("❚❚ Detener la lista", "hold"));
    pause.setAttribute("aria-pressed", String(isPaused));
  }
  function togglePause() {
    isPaused = !isPaused;
    if (!isPaused) chosen = null;
    showPause();
    show();
  }
  // Who wants to read a frame does not want it to run away.
  function choose(frame) {
    chosen = keyOf(frame);
    isPaused = true;
    showPause();
    show();
  }

  function show() {
    empty.hidden = frames.length > 0;
    keep(list, frames, keyOf, frameRow);
    const frame = frames.find((one) => keyOf(one) === chosen)
      ?? frames.find((one) => one.device === target.name) ?? frames[0];
    for (const [key, row] of list.kept) row.mark(frame !== undefined && key === keyOf(frame));
    if (frame && told !== keyOf(frame)) {
      told = keyOf(frame);
      decoded.replaceChildren(decodedTable(frame));
    }
  }

  // Of a neighbour on the same line.
  function isOther({ device }) {
    return device !== "" && device !== target.name && target.type !== "line";
  }

  function frameRow(frame) {
    const kind = kindOf(frame);
    const bytes = el("code", { class: "bytes" },
      ...runs(frame).filter((run) => run.hex !== "")
        .flatMap((run) => [runSpan(frame, run), " "]));
    const item = el("li", { class: `frame ${kind}${isOther(frame) ? " other" : ""}`, tabindex: "0",
      "data-testid": "frame", "data-number": frame.number, onclick: () => choose(frame),
      onkeydown: (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          choose(frame);
        }
      } },
      el("div", { class: "about" },
        el("time", {}, localTime(frame.at_s, 3)), " ", who(frame, kind), " ",
        el("span", { class: "quiet" }, `${lengthOf(frame)} B`),
        ...frame.faults.map((name) => el("span", { class: "pill" }, name)),
        hasWrongChecksum(frame)
          ? el("span", { class: "pill wrong" }, "✗ suma errónea · wrong checksum") : ""),
      bytes);
    return {
      node: item,
      mark(isChosen) {
        item.classList.toggle("chosen", isChosen);
        if (isChosen) item.setAttribute("aria-current", "true");
        else item.removeAttribute("aria-current");
      },
    };
  }

  function runSpan(frame, run) {
    const look = run.part === null ? "none" : `p${run.place % COLOURS}`;
    const wrong = run.part && isWrong(run.part) ? " wrong" : "";
    const tell = () => point(frame, run);
    return el("span", { class: `run ${look}${wrong}`, "data-part": run.place, onmouseenter: tell,
      onmouseleave: () => point(null, null) }, run.hex);
  }

  function point(frame, run) {
    for (const row of decoded.querySelectorAll("tr.pointed")) row.classList.remove("pointed");
    for (const span of list.querySelectorAll(".run.pointed")) span.classList.remove("pointed");
    if (frame === null || run.part === null) return setText(tip, "");
    setText(tip, `${run.part.name}: ${run.part.text}`);
    if (keyOf(frame) === told) decoded.querySelector(`tr[data-part="${run.place}"]`)
      ?.classList.add("pointed");
    const row = list.kept.get(keyOf(frame))?.node;
    row?.querySelector(`.run[data-part="${run.place}"]`)?.classList.add("pointed");
  }

  function decodedTable(frame) {
    const rows = runs(frame).filter((run) => run.part !== null).map((run) => {
      const tell = () => point(frame, run);
      const wrong = isWrong(run.part) ? " wrong" : "";
      const look = `p${run.place % COLOURS}${wrong}`;
      return el("tr", { tabindex: "0", "data-part": run.place, class: look,
        onmouseenter: tell, onfocus: tell, onmouseleave: () => point(null, null),
        onblur: () => point(null, null) },
        el("td", {}, run.part.name), el("td", {}, el("code", {}, run.hex)),
        el("td", {}, run.part.text));
    });
    return el("table", {},
      el("caption", {}, `${localTime(frame.at_s, 3)} · n.º ${frame.number}`),
      el("thead", {}, el("tr", {}, el("th", {}, both("Parte", "part")), el("th", {}, "Bytes"),
        el("th", {}, both("Valor", "value")))),
      el("tbody", {}, ...rows));
  }

  return {
    node,
    update(now) {
      setText(counts, ` ${now.heard_count} recibidas · heard, ${now.sent_count} enviadas · sent`);
      if (isPaused) return;
      frames = [...now.frames].reverse();
      show();
    },
  };
}

function who(frame, kind) {
  if (kind === "request") return both("→ pregunta", "request");
  if (kind === "noise") return both("⚡ ruido", "noise");
  return el("b", {}, `← ${last(frame.device)}`);
}
