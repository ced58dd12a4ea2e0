// Words that the page's parts share.

export const PLACES = {
  device: ["En lo que envía", "what it sends"],
  line: ["En la línea", "the line"],
  reading: ["En lo que mide", "what it measures"],
  clock: ["En su reloj", "its clock"],
  loops: ["En sus espiras", "its loops"],
  sign: ["En el panel", "the sign"],
};

export const CLASSES = {
  motorcycle: "motos",
  car: "carros · cars",
  bus: "buses",
  truck: "camiones · trucks",
};

export const DISTURBANCES = { incident: ["Incidente", "incident"], works: ["Obra", "works"] };

export function last(name) {
  return name.slice(name.lastIndexOf("/") + 1);
}

export function duration(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}
