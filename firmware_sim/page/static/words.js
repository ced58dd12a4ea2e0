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

const WHERE = { unit: "unidad", address: "dirección", device_id: "id.", sensor_id: "id." };

// The words that boards use for their state. Others stay as they are: they are in both languages.
const STATES = {
  active: "activo", passive: "pasivo", query: "a pedido", sleeping: "dormido", idle: "en espera",
  measuring: "midiendo", "warming up": "calentando", cleaning: "limpiando", on: "sí", off: "no",
  none: "ninguna", "plugged in": "conectada", unplugged: "desconectada",
};

// "unit 2" as a technician says it.
export function whereSaid(where) {
  const [word, ...rest] = where.split(" ");
  return [WHERE[word] ?? word, ...rest].join(" ");
}

export function valueSaid(value) {
  return value in STATES ? `${STATES[value]} · ${value}` : String(value);
}

export function last(name) {
  return name.slice(name.lastIndexOf("/") + 1);
}

export function duration(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 360) / 10} h`;
}
