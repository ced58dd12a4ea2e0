// Speeds as colours, the same on every drawing of a road, and a legend that says them in words.

import { el } from "./dom.js";

const BANDS = [
  { below_kmh: 15, colour: "#e5484d", text: "< 15" },
  { below_kmh: 30, colour: "#f5813f", text: "15–30" },
  { below_kmh: 50, colour: "#f2c744", text: "30–50" },
  { below_kmh: 70, colour: "#58b368", text: "50–70" },
  { below_kmh: Infinity, colour: "#4a9fe0", text: "> 70 km/h" },
];

export function speedColour(speed_kmh) {
  return BANDS.find((band) => speed_kmh < band.below_kmh).colour;
}

export function speedLegend() {
  return el("p", { class: "legend" }, ...BANDS.map(({ colour, text }) => {
    const patch = el("span", { class: "patch" });
    patch.style.background = colour;
    return el("span", {}, patch, text);
  }));
}

// Mean speed (km/h) of the vehicles in each of `count` equal stretches; null where there is none.
export function meanSpeeds(vehicles, length_m, count) {
  const sums = new Float64Array(count);
  const numbers = new Uint16Array(count);
  for (const [position_m, speed_kmh] of vehicles) {
    const place = Math.floor((position_m / length_m) * count);
    if (place >= 0 && place < count) {
      sums[place] += speed_kmh;
      numbers[place] += 1;
    }
  }
  return Array.from(sums, (sum, place) => (numbers[place] ? sum / numbers[place] : null));
}
