// Keeps the wall page true: asks the centre once a second what changed, puts it in its place,
// and says so when there is nothing new to show. The page never shows old data as live.

const PERIOD_MS = 1000;
const TIMEOUT_MS = 3000;
const LOST_AFTER_MS = 4000;

const wall = document.getElementById("wall");
const connection = document.getElementById("connection");

let epoch = "";
let version = 0;
let look = null;
let nowMs = null;
let reached = false;
let freshAt = null; // performance.now() when the centre's own time last advanced

async function ask() {
  const answer = await fetch(`wall/changes?epoch=${epoch}&version=${version}`, {
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

function apply(changes) {
  if (look !== null && look !== changes.look) location.reload();
  look = changes.look;
  if (changes.skeleton !== null) wall.innerHTML = changes.skeleton;
  for (const [id, html] of Object.entries(changes.parts)) {
    document.getElementById(id).innerHTML = html;
  }
  epoch = changes.epoch;
  version = changes.version;
  if (changes.now_ms !== nowMs) {
    nowMs = changes.now_ms;
    freshAt = performance.now();
  }
}

function age(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function showConnection() {
  const silentMs = freshAt === null ? Infinity : performance.now() - freshAt;
  const lost = silentMs > LOST_AFTER_MS;
  document.body.classList.toggle("lost", lost);
  if (!lost) {
    connection.textContent = "";
  } else if (freshAt === null) {
    connection.textContent = "Conectando con el centro… · connecting";
  } else {
    const what = reached
      ? "EL CENTRO NO DA DATOS NUEVOS · no new data"
      : "SIN CONEXIÓN CON EL CENTRO · no connection";
    connection.textContent = `${what} — datos de hace ${age(silentMs)} · data ${age(silentMs)} old`;
  }
}

async function turn() {
  try {
    apply(await ask());
    reached = true;
  } catch (error) {
    // Expected while the centre is away; what it means is on the page, the cause in the console.
    reached = false;
    console.warn("aburra wall:", error.message);
  }
  showConnection();
  setTimeout(turn, PERIOD_MS);
}

setInterval(showConnection, PERIOD_MS);
turn();
