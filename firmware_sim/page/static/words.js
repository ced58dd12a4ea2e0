// Names of quantities, with the unit last as everywhere in the bench, in words.

const UNITS = [
  ["_veh_per_h", "veh/h"], ["_mm_h", "mm/h"], ["_ugm3", "µg/m³"], ["_ppm", "ppm"], ["_pct", "%"],
  ["_hpa", "hPa"], ["_deg", "°"], ["_lux", "lx"], ["_dba", "dB(A)"], ["_kmh", "km/h"],
  ["_kvarh", "kvarh"], ["_kwh", "kWh"], ["_wh", "Wh"], ["_var", "var"], ["_va", "VA"],
  ["_hz", "Hz"], ["_ma", "mA"], ["_mm", "mm"], ["_min", "min"], ["_px", "px"], ["_ms", "ms"],
  ["_v", "V"], ["_w", "W"], ["_a", "A"], ["_c", "°C"], ["_s", "s"], ["_m", "m"], ["_total", ""],
];

const QUANTITIES = {
  pm1: ["PM1"], pm25: ["PM2.5"], pm4: ["PM4"], pm10: ["PM10"],
  co2: ["CO₂"], co: ["CO"], no2: ["NO₂"], o3: ["O₃"], so2: ["SO₂"],
  temperature: ["Temperatura", "temperature"], humidity: ["Humedad", "humidity"],
  pressure: ["Presión", "pressure"], wind_speed: ["Viento", "wind"],
  wind_gust: ["Ráfaga", "gust"], wind_direction: ["Dirección del viento", "wind direction"],
  rain_rate: ["Lluvia", "rain"], rain: ["Lluvia acumulada", "rain total"],
  rain_total: ["Lluvia acumulada", "rain total"],
  rain_since_power_up: ["Lluvia desde el encendido", "rain since power-up"],
  light: ["Luz", "light"], uv_index: ["Índice UV", "UV index"], noise: ["Ruido", "noise"],
  voltage: ["Tensión", "voltage"], frequency: ["Frecuencia", "frequency"],
  current: ["Corriente", "current"], power: ["Potencia", "power"],
  apparent_power: ["Potencia aparente", "apparent power"],
  reactive_power: ["Potencia reactiva", "reactive power"],
  power_factor: ["Factor de potencia", "power factor"], phase_angle: ["Ángulo", "phase angle"],
  import_energy: ["Energía tomada", "energy imported"],
  export_energy: ["Energía entregada", "energy exported"],
  total_energy: ["Energía total", "energy total"], leakage: ["Fuga a tierra", "leakage"],
  lamp_level: ["Nivel de la lámpara", "lamp level"],
  driver_temperature: ["Temperatura del driver", "driver temperature"],
  tilt: ["Inclinación", "tilt"], door_open: ["Puerta abierta", "door open"],
  people: ["Personas", "people"], wifi: ["Wi-Fi"], camera_up: ["Cámara en línea", "camera up"],
  charger_state: ["Cargador", "charger"], charger_power: ["Potencia del cargador", "charger power"],
  ups_charge: ["Carga de la UPS", "UPS charge"], surge: ["Sobretensiones", "surges"],
  state: ["Estado", "state"], mode: ["Modo", "mode"], message: ["Mensaje", "message"],
  frames_heard: ["Tramas recibidas", "frames heard"],
  frames_sent: ["Tramas enviadas", "frames sent"], device_id: ["Identificación", "device id"],
  control_mode: ["Modo de control", "control mode"], range: ["Rango", "range"],
  period: ["Período", "period"], speed: ["Velocidad", "speed"], flow: ["Flujo", "flow"],
  occupancy: ["Ocupación", "occupancy"], volume: ["Volumen", "volume"],
  self_calibration: ["Autocalibración", "self-calibration"],
};

export function quantity(name) {
  const [ending, sign] = UNITS.find(([end]) => name.endsWith(end)) ?? ["", ""];
  const unit = ending === "_ms" && /^wind|speed/.test(name) ? "m/s" : sign;
  const base = name.slice(0, name.length - ending.length);
  const phase = base.match(/^(.*)_l([123])$/);
  const [es, en] = QUANTITIES[phase ? phase[1] : base] ?? [base.replaceAll("_", " ")];
  const suffix = phase ? ` L${phase[2]}` : "";
  return { es: es + suffix, en: en ? en + suffix : "", unit };
}

export const PLACES = {
  device: ["En lo que envía", "what it sends"],
  line: ["En la línea", "the line"],
  reading: ["En lo que mide", "what it measures"],
  clock: ["En su reloj", "its clock"],
  loops: ["En sus espiras", "its loops"],
  sign: ["En el panel", "the sign"],
};

export const CLASSES = {
  motorcycle: ["moto", "motorcycle"],
  car: ["carro", "car"],
  bus: ["bus", "bus"],
  truck: ["camión", "truck"],
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
