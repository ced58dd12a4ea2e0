// What was said on the line, newest first, its bytes coloured by part; one frame told in full.

import { localTime, paceNow, scenarioNow_s } from "./clock.js";
import { decodedTable, lookOf } from "./decoded.js";
import { both, el, keep, setText } from "./dom.js";
import { concerns, exchanges, isUnanswered } from "./exchange.js";
import { hasWrongChecksum, keyOf, kindOf, lengthOf, runs } from "./frame.js";
import { faultMark } from "./kinds.js";
import { last } from "./words.js";

const NO_ANSWER_S = 1.5;

export function framesPanel(target) {
  const isShared = target.type !== "line" && target.type !== "sign";
  const counts = el("span", { class: "quiet" });
  const pause = el("button", { "aria-pressed": "false", "data-testid": "hold-frames",
    onclick: togglePause });
  const mine = el("button", { "aria-pressed": "false", "data-testid": "only-mine",
    onclick: toggleMine }, both("Solo este equipo", "only this device"));
  const list = el("ol", { class: "frames", "data-testid": "frames" });
  const decoded = el("div", { class: "decoded", "data-testid": "decoded" });
  const tip = el("p", { class: "tip" });
  const empty = el("p", { class: "quiet" },
    both("Nadie ha dicho nada todavía en esta línea", "nothing was said on this line yet"));
  const node = el("section", { class: "card talk" },
    el("h3", {}, both("Tramas", "frames"), counts, ...(isShared ? [mine] : []), pause), tip, empty,
    el("div", { class: "halves" }, list, decoded));
  let isPaused = false;
  let isMine = false;
  let isPointedAt = false;
  let frames = []; // in order of time
  let chosen = null; // null: the newest of its own
  let told = null;

  // A list that runs under the pointer cannot be clicked.
  list.addEventListener("pointerenter", ({ pointerType }) => {
    isPointedAt = pointerType === "mouse";
  });
  list.addEventListener("pointerleave", () => {
    isPointedAt = false;
  });
  showPause();

  function showPause() {
    pause.replaceChildren(
      isPaused ? both("▶ Seguir", "go on") : both("❚❚ Detener la lista", "hold"));
    pause.setAttribute("aria-pressed", String(isPaused));
  }
  function togglePause() {
    isPaused = !isPaused;
    if (isPaused) chosen = told;
    else chosen = null;
    showPause();
    show();
  }
  function toggleMine() {
    isMine = !isMine;
    mine.setAttribute("aria-pressed", String(isMine));
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
    const shown = exchanges(frames).filter((one) => !isMine || concerns(one, target.name));
    keep(list, shown, ({ key }) => key, exchangeRow);
    const all = shown.flatMap((exchange) => exchange.frames);
    const frame = frames.find((one) => keyOf(one) === chosen)
      ?? all.find(isOwn)
      // Rather its own last one than a neighbour's; at first, what it may have kept silent about.
      ?? (told === null ? shown.find(isUnanswered)?.frames[0] ?? all[0] : undefined);
    if (frame !== undefined && keyOf(frame) !== told) {
      told = keyOf(frame);
      decoded.replaceChildren(decodedTable(frame, point));
    }
    for (const item of list.querySelectorAll(".frame")) mark(item, item.dataset.key === told);
  }

  function exchangeRow() {
    const node = el("li", { class: "exchange" });
    const nobody = el("span", { class: "pill wrong" }, both("sin respuesta", "no answer"));
    return {
      node,
      update(exchange) {
        keep(node, exchange.frames, keyOf, frameRow);
        const isOver = scenarioNow_s() - exchange.frames[0].at_s
          > NO_ANSWER_S * Math.max(1, paceNow());
        if (isUnanswered(exchange) && isOver) node.querySelector(".about").append(nobody);
        else nobody.remove();
      },
    };
  }

  function isOwn({ device }) {
    return target.type === "line" ? device !== "" : device === target.name;
  }
  // Of a neighbour on the same line.
  function isOther({ device }) {
    return isShared && device !== "" && device !== target.name;
  }

  function frameRow(frame) {
    const kind = kindOf(frame);
    const bytes = el("code", { class: "bytes" },
      ...runs(frame).filter((run) => run.hex !== "")
        .flatMap((run) => [runSpan(frame, run), " "]));
    return { node: el("div", { class: `frame ${kind}${isOther(frame) ? " other" : ""}`,
      tabindex: "0", role: "button", "data-testid": "frame", "data-number": frame.number,
      "data-key": keyOf(frame), onclick: () => choose(frame),
      onkeydown: (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          choose(frame);
        }
      } },
      el("div", { class: "about" },
        el("time", {}, localTime(frame.at_s, 3)), " ", who(frame, kind), " ",
        el("span", { class: "quiet" }, `${lengthOf(frame)} B`),
        ...frame.faults.map((name) => faultMark(name)),
        kind !== "noise" && hasWrongChecksum(frame)
          ? el("span", { class: "pill wrong" }, both("✗ suma errónea", "wrong checksum")) : ""),
      bytes) };
  }

  function runSpan(frame, run) {
    return el("span", { class: `run ${lookOf(run)}`, "data-part": run.place,
      onmouseenter: () => point(frame, run), onmouseleave: () => point(null, null) }, run.hex);
  }

  // Bytes and their row in the table point at each other.
  function point(frame, run) {
    for (const one of node.querySelectorAll(".pointed")) one.classList.remove("pointed");
    if (frame === null || run.part === null) return setText(tip, "");
    setText(tip, `${run.part.name}: ${run.part.text}`);
    const part = `[data-part="${run.place}"]`;
    if (keyOf(frame) === told) decoded.querySelector(`tr${part}`)?.classList.add("pointed");
    list.querySelector(`[data-key="${keyOf(frame)}"] .run${part}`)?.classList.add("pointed");
  }

  return {
    node,
    update(now) {
      setText(counts, ` ${now.heard_count} recibidas · heard, ${now.sent_count} enviadas · sent`);
      if (isPaused || isPointedAt) return;
      frames = now.frames;
      show();
    },
  };
}

function mark(item, isChosen) {
  item.classList.toggle("chosen", isChosen);
  if (isChosen) item.setAttribute("aria-current", "true");
  else item.removeAttribute("aria-current");
}

function who(frame, kind) {
  if (kind === "request") return both("→ pregunta", "request");
  if (kind === "noise") return both("⚡ ruido", "noise");
  return el("b", {}, `← ${last(frame.device)}`);
}
