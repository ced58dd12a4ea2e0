// The page: asks the bench for what is looked at and for nothing else, and says so when it is gone.

import { get } from "./api.js";
import { cabinetView } from "./cabinet.js";
import { both, el } from "./dom.js";
import { setKinds } from "./kinds.js";
import { placesPanel } from "./places.js";
import { roadView } from "./road.js";
import { topBar } from "./top.js";
import { duration } from "./words.js";

const SUMMARY_MS = 1000;
const VIEW_MS = 350;
const LOST_AFTER_MS = 3000;

const connection = document.getElementById("connection");
const stage = document.getElementById("view");
const nav = placesPanel();
const top = topBar(askSummary);
document.getElementById("top").append(top.node);
document.getElementById("places").append(nav.node);

let places = null; // what stays while one bench runs
let view = null;
let heardMs = null;

async function askSummary() {
  try {
    const summary = await get("summary");
    if (places?.run !== summary.run) await begin();
    heardMs = performance.now();
    top.update(summary, places);
    nav.update(places, summary);
    if (view === null) go();
  } catch (error) {
    // Expected while the bench is away: the page says so below.
    console.warn("aburra sim:", error.message);
  }
  showConnection();
}

async function begin() {
  places = await get("places");
  setKinds(places.fault_kinds);
  view?.close?.();
  view = null;
}

// `#gabinete/municipality/site/name` or `#via/road`; empty: the first cabinet.
function go() {
  if (places === null) return;
  const first = places.cabinets[0];
  const place = decodeURIComponent(location.hash.slice(1)) || `gabinete/${first.name}`;
  const [kind, ...names] = place.split("/");
  nav.choose(place);
  if (kind === "via") show(`via/${names[0]}`, () => roadView(names[0], () => places));
  else {
    const cabinet = names.slice(0, 2).join("/");
    show(`gabinete/${cabinet}`, () => cabinetView(cabinet, () => places));
    view.choose(names.length > 2 ? names.join("/") : null);
  }
  askView();
}

function show(key, make) {
  if (view?.key === key) return;
  view?.close?.();
  view = { ...make(), key };
  stage.replaceChildren(view.node);
  stage.scrollTop = 0;
}

let isAsking = false;

async function askView() {
  if (view === null || isAsking) return;
  isAsking = true;
  const asked = view;
  try {
    await asked.ask();
    heardMs = performance.now();
  } catch (error) {
    if (error.status === 404 && asked === view) notFound(error.message);
    else console.warn("aburra sim:", error.message);
  }
  isAsking = false;
  if (asked !== view) askView();
}

function notFound(text) {
  const node = el("p", { class: "empty" }, both("No existe", "not here"), ` — ${text}`);
  view = { key: "", node, ask: async () => {} };
  stage.replaceChildren(node);
}

function showConnection() {
  const silentMs = heardMs === null ? Infinity : performance.now() - heardMs;
  const isLost = silentMs > LOST_AFTER_MS;
  document.body.classList.toggle("lost", isLost);
  if (!isLost || heardMs === null) return;
  const age = duration(silentMs / 1000);
  connection.replaceChildren(
    both(`SIN CONEXIÓN CON EL BANCO — lo que se ve es de hace ${age}`, `no connection, ${age} old`));
}

async function repeat(work, periodMs) {
  if (!document.hidden) await work();
  setTimeout(repeat, periodMs, work, periodMs);
}

window.addEventListener("hashchange", go);
setInterval(showConnection, SUMMARY_MS);
repeat(askSummary, SUMMARY_MS);
repeat(askView, VIEW_MS);
