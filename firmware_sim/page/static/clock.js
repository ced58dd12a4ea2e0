// The scenario's time between two answers of the bench, and how scenario seconds are said.

const DAY_S = 86400;
const ROUNDING = 1e-6;

let at_s = 0;
let local_s = 0;
let pace = 0;
let heardMs = 0;

export function setClock(summary) {
  const [hours, minutes, seconds] = summary.local_time.split(":").map(Number);
  at_s = summary.at_s;
  local_s = hours * 3600 + minutes * 60 + seconds + (summary.utc_ms % 1000) / 1000;
  pace = summary.is_paused ? 0 : summary.speed;
  heardMs = performance.now();
}

export function paceNow() {
  return pace;
}

export function scenarioNow_s() {
  return at_s + ((performance.now() - heardMs) / 1000) * pace;
}

// HH:MM:SS of a scenario second, with so many decimals.
export function localTime(second_s, decimals = 0) {
  const unit = 10 ** decimals;
  const day_s = local_s + second_s - at_s;
  const past_s = Math.floor((((day_s % DAY_S) + DAY_S) % DAY_S) * unit + ROUNDING) / unit;
  const two = (number) => String(number).padStart(2, "0");
  const whole = Math.floor(past_s);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const hms = parts.map(two).join(":");
  return decimals ? hms + (past_s - whole).toFixed(decimals).slice(1) : hms;
}
