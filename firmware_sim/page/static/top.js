// The head of the page: what runs, what time it is there, how fast it goes, how much is broken.

import { act } from "./api.js";
import { localTime, scenarioNow_s, setClock } from "./clock.js";
import { both, el, setText } from "./dom.js";
import { counted } from "./kinds.js";

const SPEEDS = [1, 5, 20, 60, 300];
const CLOCK_MS = 200;

export function topBar(changed) {
  const title = el("p", { class: "scenario" });
  const clock = el("time", { class: "clock", "data-testid": "clock" });
  const second = el("span", { class: "quiet" });
  const pause = el("button", { class: "pause", "data-testid": "pause", onclick: togglePause });
  const speeds = SPEEDS.map((speed) => speedButton(speed));
  const other = el("span", { class: "quiet" });
  const count = el("a", { "data-testid": "fault-count" });
  const clear = el("button", { "data-testid": "clear-all", onclick: clearAll });
  clear.append(both("Quitar todas", "clear all"));
  let isPaused = false;

  const node = el("div", { class: "top" },
    el("div", { class: "name" }, el("h1", {}, both("Banco de pruebas", "test bench")), title),
    el("div", { class: "ailing" }, count, clear),
    el("div", { class: "time" }, pause, el("div", { class: "speeds", role: "group",
      "aria-label": "Velocidad · speed" }, ...speeds.map(({ button }) => button)), other),
    el("div", { class: "now" }, clock, second));

  async function set(body, told) {
    await act("time", body, () => told);
    changed();
  }
  function togglePause() {
    set({ is_paused: !isPaused }, isPaused ? "Sigue · goes on" : "En pausa · paused");
  }
  function speedButton(speed) {
    const onclick = () => set({ speed, is_paused: false }, `Tiempo × ${speed} · time × ${speed}`);
    const attributes = { onclick, "data-testid": `speed-${speed}` };
    return { speed, button: el("button", attributes, `×${speed}`) };
  }
  async function clearAll() {
    await act("clear", {}, ({ count: gone }) => `fallas quitadas · faults cleared: ${gone}`);
    changed();
  }
  setInterval(() => {
    const now_s = scenarioNow_s();
    setText(clock, localTime(now_s));
    setText(second, `segundo ${now_s.toFixed(0)} · second`);
  }, CLOCK_MS);

  return {
    node,
    update(summary, places) {
      setClock(summary);
      setText(title, places.title);
      isPaused = summary.is_paused;
      pause.replaceChildren(isPaused ? both("▶ Seguir", "go on") : both("❚❚ Pausa", "pause"));
      pause.setAttribute("aria-pressed", String(isPaused));
      for (const { speed, button } of speeds) {
        button.setAttribute("aria-pressed", String(!isPaused && speed === summary.speed));
      }
      setText(other, SPEEDS.includes(summary.speed) ? "" : `×${summary.speed}`);
      const ailing = Object.keys(summary.faults);
      const faults = Object.values(summary.faults).reduce((sum, some) => sum + some, 0);
      const where = ailing.length > 1 ? ` en ${ailing.length} gabinetes` : "";
      count.replaceChildren(
        faults ? both(`⚠ ${counted(faults)}${where}`, "on") : both("✓ sin fallas", "no faults"));
      count.className = faults ? "bad" : "good";
      if (faults) count.setAttribute("href", `#gabinete/${ailing[0]}`);
      else count.removeAttribute("href");
      clear.hidden = faults === 0;
    },
  };
}
