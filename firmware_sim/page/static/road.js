// A road: all of it, a stretch of it, its last minutes; and incidents where somebody points.

import { act, get } from "./api.js";
import { paceNow, scenarioNow_s } from "./clock.js";
import { both, el, keep, setText } from "./dom.js";
import { disturbanceForm, disturbanceRow } from "./disturbance.js";
import { closeUp, overview } from "./lanes.js";
import { speedLegend } from "./speeds.js";
import { waterfall } from "./waterfall.js";
import { CLASSES } from "./words.js";

const SPAN_M = 400;
const SPAN_MIN_M = 60;
const GLIDE_PACE_MAX = 5;
const GLIDE_MAX_S = 3;

export function roadView(name, placesNow) {
  const about = placesNow().roads.find((one) => one.name === name)
    ?? { title: name, length_m: 1 };
  const counts = el("span", { class: "quiet" });
  const cabinets = el("p", { class: "stops" });
  const board = el("div", { class: "drawings" });
  const list = el("ul", { class: "disturbances" });
  const lift = el("button", { "data-testid": "lift", onclick: liftAll },
    both("Levantar todo", "lift all"));
  const form = disturbanceForm(name, about.length_m);
  const history = waterfall();
  const span = { from_m: 0, to_m: Math.min(SPAN_M, about.length_m) };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  let whole = null;
  let near = null;
  let road = null;
  let isOpen = true;

  const zoom = (factor) => () => look((span.from_m + span.to_m) / 2,
    (span.to_m - span.from_m) * factor);
  const node = el("article", { class: "road" },
    el("header", { class: "place" }, el("h2", {}, about.title, " ", counts), cabinets),
    el("section", { class: "card" },
      el("h3", {}, both("La vía", "the road"), speedLegend(),
        el("span", { class: "zoom" },
          el("button", { onclick: zoom(0.5), "aria-label": "Acercar · closer" }, "+"),
          el("button", { onclick: zoom(2), "aria-label": "Alejar · farther" }, "−"))),
      board,
      el("p", { class: "quiet" },
        both("Un clic arriba mueve el tramo; un clic en el tramo señala un lugar.",
          "click above to move the stretch, in the stretch to point at a place"))),
    el("section", { class: "card" },
      el("h3", {}, both("Incidentes y obras", "incidents and works"), lift), form.node, list),
    el("section", { class: "card" },
      el("h3", {}, both("Últimos minutos", "last minutes"),
        el("span", { class: "quiet" }, "lo más nuevo arriba · newest on top")), history.node));

  function look(middle_m, wide_m) {
    const wide = Math.min(about.length_m, Math.max(SPAN_MIN_M, wide_m));
    span.from_m = Math.min(about.length_m - wide, Math.max(0, middle_m - wide / 2));
    span.to_m = span.from_m + wide;
    draw();
  }
  function begin() {
    whole = overview(road.lanes.length);
    near = closeUp(road.lanes.length);
    whole.node.addEventListener("pointerdown", (event) => pan(event));
    whole.node.addEventListener("pointermove", (event) => event.buttons && pan(event));
    near.node.addEventListener("click", (event) => {
      const share = event.offsetX / near.node.clientWidth;
      form.point(span.from_m + share * (span.to_m - span.from_m), road.lanes);
    });
    near.node.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 0.8 : 1.25)();
    }, { passive: false });
    board.replaceChildren(whole.node, near.node);
    const worst = road.disturbances.find((one) => one.is_on)?.position_m;
    look(worst ?? road.stations[0]?.position_m ?? 0, SPAN_M);
    form.point((span.from_m + span.to_m) / 2, road.lanes);
    if (!still) requestAnimationFrame(glide);
  }
  function pan(event) {
    const share = event.offsetX / whole.node.clientWidth;
    look(share * about.length_m, span.to_m - span.from_m);
  }
  // Between two answers the vehicles go on as they were going.
  function glide() {
    if (!isOpen) return;
    if (paceNow() > 0 && paceNow() <= GLIDE_PACE_MAX) drawNear();
    requestAnimationFrame(glide);
  }
  function drawNear() {
    const ahead_s = still || paceNow() > GLIDE_PACE_MAX ? 0 : scenarioNow_s() - road.at_s;
    near.draw(road, span, Math.min(GLIDE_MAX_S, Math.max(0, ahead_s)));
  }
  function draw() {
    whole.draw(road, span);
    drawNear();
  }
  function liftAll() {
    act(`roads/${name}/lift`, {}, ({ count }) => `${count} levantados · lifted`);
  }

  async function ask() {
    road = await get(`roads/${name}`);
    if (!isOpen) return;
    if (whole === null) begin();
    history.add(road);
    draw();
    history.draw();
    setText(counts, `${about.length_m / 1000} km · ${counted(road)}`);
    keep(list, road.disturbances, (one) => `${one.kind} ${one.position_m} ${one.start_s}`,
      disturbanceRow);
    lift.hidden = !road.disturbances.some((one) => one.is_on);
    const here = placesNow().cabinets.filter((cabinet) => cabinet.road === name);
    keep(cabinets, here, (cabinet) => cabinet.name, (cabinet) => ({
      node: el("a", { href: `#gabinete/${cabinet.name}` },
        `${cabinet.title}, m ${cabinet.position_m}`),
    }));
  }

  return {
    node,
    ask,
    close() {
      isOpen = false;
    },
  };
}

function counted(road) {
  const kinds = road.lanes.flatMap((lane) => lane.vehicles.map(([, , kind]) => kind));
  return Object.entries(CLASSES)
    .map(([name, text]) => `${kinds.filter((kind) => kind === name).length} ${text}`)
    .join(", ");
}
