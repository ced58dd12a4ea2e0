// The bench's addresses. A refusal is an Error with the bench's own words.

const TIMEOUT_MS = 4000;

async function ask(path, options) {
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.error), { status: answer.status });
  return body;
}

export function get(path) {
  return ask(`/api/${path}`, { cache: "no-store" });
}

function post(path, body = {}) {
  return ask(`/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

const said = document.getElementById("said");
let silence = 0;

export function say(text, isBad = false) {
  said.textContent = text;
  said.classList.toggle("bad", isBad);
  said.classList.add("shown");
  clearTimeout(silence);
  silence = setTimeout(() => said.classList.remove("shown"), isBad ? 9000 : 4000);
}

// What somebody does by hand: the outcome is said, and a refusal too.
export async function act(path, body, told) {
  try {
    const answer = await post(path, body);
    say(told(answer));
    return true;
  } catch (error) {
    say(error.message, true);
    return false;
  }
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copiado · copied: ${text}`);
  } catch {
    // The browser may forbid it; the text stands there to be marked.
    say("El navegador no deja copiar · the browser does not allow copying", true);
  }
}
