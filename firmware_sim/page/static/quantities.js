// Names of quantities in words. A name ends with its unit, and may tell before it which of several.

const UNITS = {
  veh_per_h: "veh/h", mm_h: "mm/h", ugm3: "µg/m³", ppm: "ppm", pct: "%", hpa: "hPa", deg: "°",
  lux: "lx", dba: "dB(A)", kmh: "km/h", kvarh: "kvarh", kwh: "kWh", wh: "Wh", var: "var", va: "VA",
  hz: "Hz", ma: "mA", mm: "mm", um: "µm", min: "min", px: "px", ms: "ms", v: "V", w: "W", a: "A",
  c: "°C", h: "h", s: "s", m: "m",
};
const UNIT = new RegExp(`_(${Object.keys(UNITS).join("|")})$`);
const SPEED = /^wind_|speed/;

const BEFORE = /^(input|lane|page)_(\d+)(?:_|$)/;
const BEFORE_WORDS = { input: ["Espira", "loop"], lane: ["Carril", "lane"],
  page: ["Página", "page"] };
const AFTER = /_(l[123](?:_l[123])?|mean|sum|total|scale_factor)$/;
const AFTER_WORDS = { mean: ["media", "mean"], sum: ["total", "total"], total: ["total", "total"],
  scale_factor: ["factor 10ⁿ", "scale factor"] };

// Whole names that say something else than their parts would.
const NAMES = new Map(Object.entries({
  power: ["Alimentación", "power supply"],
}));

const WORDS = new Map(Object.entries({
  pm1: ["PM1"], pm25: ["PM2.5"], pm4: ["PM4"], pm10: ["PM10"],
  co2: ["CO₂"], co: ["CO"], no2: ["NO₂"], o3: ["O₃"], so2: ["SO₂"],
  temperature: ["Temperatura", "temperature"],
  humidity: ["Humedad", "humidity"],
  pressure: ["Presión", "pressure"],
  wind_speed: ["Viento", "wind"],
  wind_gust: ["Ráfaga", "gust"],
  wind_direction: ["Dirección del viento", "wind direction"],
  rain_rate: ["Lluvia", "rain"],
  rain_total: ["Lluvia acumulada", "rain total"],
  rain_since_power_up: ["Lluvia desde el encendido", "rain since power-up"],
  light: ["Luz", "light"],
  uv_index: ["Índice UV", "UV index"],
  noise: ["Ruido", "noise"],
  voltage: ["Tensión", "voltage"],
  line_voltage: ["Tensión entre fases", "line voltage"],
  current: ["Corriente", "current"],
  frequency: ["Frecuencia", "frequency"],
  power: ["Potencia", "power"],
  apparent_power: ["Potencia aparente", "apparent power"],
  reactive_power: ["Potencia reactiva", "reactive power"],
  power_factor: ["Factor de potencia", "power factor"],
  phase_angle: ["Ángulo de fase", "phase angle"],
  pulse_width: ["Ancho de pulso", "pulse width"],
  energy: ["Energía", "energy"],
  total_energy: ["Energía total", "total energy"],
  import_energy: ["Energía tomada", "imported energy"],
  imported_energy: ["Energía tomada", "imported energy"],
  export_energy: ["Energía entregada", "exported energy"],
  exported_energy: ["Energía entregada", "exported energy"],
  charged_energy: ["Energía cargada", "charged energy"],
  leakage: ["Fuga a tierra", "leakage"],
  level: ["Nivel", "level"],
  on: ["Encendida", "on"],
  scene: ["Escena", "scene"],
  fade: ["Transición", "fade"],
  power_on_level: ["Nivel al energizar", "power-on level"],
  lamp_level: ["Nivel de la lámpara", "lamp level"],
  lamp_state: ["Estado de la lámpara", "lamp state"],
  lamp_actual: ["Lámpara, real", "lamp, actual"],
  lamp_commanded: ["Lámpara, pedido", "lamp, commanded"],
  lamp_switch: ["Interruptor de la lámpara", "lamp switch"],
  lamp_lit: ["Lámpara encendida", "lamp lit"],
  lamp_is_lit: ["Lámpara encendida", "lamp lit"],
  lamp_burning: ["Horas de la lámpara", "lamp burning"],
  level_command: ["Nivel pedido", "level command"],
  on_command: ["Encendido pedido", "on command"],
  by_command: ["Por orden", "by command"],
  driver_temperature: ["Temperatura del driver", "driver temperature"],
  tilt: ["Inclinación", "tilt"],
  door_open: ["Puerta abierta", "door open"],
  door_is_open: ["Puerta abierta", "door open"],
  camera_up: ["Cámara en línea", "camera up"],
  camera_is_up: ["Cámara en línea", "camera up"],
  people: ["Personas", "people"],
  wifi: ["Wi-Fi"],
  charger_state: ["Cargador", "charger"],
  charger_power: ["Potencia del cargador", "charger power"],
  ups_charge: ["Carga de la UPS", "UPS charge"],
  surge: ["Sobretensiones", "surges"],
  state: ["Estado", "state"],
  mode: ["Modo", "mode"],
  frames_heard: ["Tramas recibidas", "frames heard"],
  frames_sent: ["Tramas enviadas", "frames sent"],
  device_id: ["Identificación", "device id"],
  period: ["Período", "period"],
  range: ["Rango", "range"],
  self_calibration: ["Autocalibración", "self-calibration"],
  count: ["vehículos", "vehicles"],
  duration: ["presencia", "presence"],
  speed: ["Velocidad", "speed"],
  flow: ["Flujo", "flow"],
  occupancy: ["Ocupación", "occupancy"],
  volume: ["Volumen", "volume"],
  control_mode: ["Modo de control", "control mode"],
  message: ["Mensaje", "message"],
  message_crc: ["CRC del mensaje", "message CRC"],
  multi: ["MULTI"],
  text: ["Texto", "text"],
  shown_because: ["Se muestra por", "shown because"],
  run_time_priority: ["Prioridad", "run-time priority"],
  remaining: ["Le queda", "remaining"],
  errors: ["Errores", "errors"],
  last_refusal: ["Último rechazo", "last refusal"],
  brightness: ["Brillo", "brightness"],
  housing_max: ["Caja, máxima", "housing, max"],
  cabinet_max: ["Gabinete, máxima", "cabinet, max"],
  ambient: ["Ambiente", "ambient"],
  dead_pixels: ["Píxeles apagados", "dead pixels"],
  comm_loss: ["Pérdida de comunicación tras", "comm loss after"],
  typical_size: ["Tamaño típico", "typical size"],
  apparent_energy: ["Energía aparente", "apparent energy"],
  reactive_energy: ["Energía reactiva", "reactive energy"],
  events: ["Eventos", "events"],
  sunspec_marker: ["Marca SunSpec", "SunSpec marker"],
  common_model_id: ["Modelo común", "common model id"],
  common_model_length: ["Largo del modelo común", "common model length"],
  meter_model_id: ["Modelo del medidor", "meter model id"],
  meter_model_length: ["Largo del modelo del medidor", "meter model length"],
  end_model_id: ["Modelo final", "end model id"],
  end_model_length: ["Largo del modelo final", "end model length"],
  manufacturer: ["Fabricante", "manufacturer"],
  model: ["Modelo", "model"],
  options: ["Opciones", "options"],
  version: ["Versión", "version"],
  serial: ["Número de serie", "serial number"],
  sensor_serial_number: ["Número de serie", "serial number"],
  device_address: ["Dirección del equipo", "device address"],
  pad: ["Relleno", "pad"],
  acknowledgement: ["Confirmación", "acknowledgement"],
  abc_period: ["Período de autocalibración", "ABC period"],
  meter_status: ["Estado del medidor", "meter status"],
  alarm_status: ["Estado de alarma", "alarm status"],
  output_status: ["Estado de la salida", "output status"],
  sensor_type: ["Tipo de sensor", "sensor type"],
  memory_map_version: ["Versión del mapa", "memory map version"],
  firmware_version: ["Versión del firmware", "firmware version"],
}));

// What a name such as `voltage_l1_v` or `input_2_count` says: its words, its unit (`""`: none), and
// which of several it is: `which.kind` is "input", "lane", "page", "phase" or "pair" (of phases).
// Of two names with the same `base` and kind one tells the same of another one.
export function quantity(name) {
  const ending = name.match(UNIT)?.[1] ?? "";
  const unit = ending === "ms" && SPEED.test(name) ? "m/s" : (UNITS[ending] ?? "");
  const { base, which } = split(ending ? name.slice(0, -ending.length - 1) : name);
  const words = (name === base ? NAMES.get(base) : undefined) ?? WORDS.get(base);
  const [es, en = es] = words ?? [base.replaceAll("_", " ")];
  return { name, base, which, unit, es, en, isKnown: words !== undefined };
}

function split(rest) {
  if (WORDS.has(rest)) return { base: rest, which: null };
  const before = rest.match(BEFORE);
  if (before) {
    const [es, en] = BEFORE_WORDS[before[1]];
    return { base: rest.slice(before[0].length) || "text",
      which: { kind: before[1], es: `${es} ${before[2]}`, en: `${en} ${before[2]}` } };
  }
  const after = rest.match(AFTER)?.[1];
  if (after === undefined) return { base: rest, which: null };
  const phases = after.toUpperCase().replace("_", "–");
  const [es, en] = AFTER_WORDS[after] ?? [phases, phases];
  const isPair = /^l._l.$/.test(after);
  const stem = rest.slice(0, -after.length - 1);
  return { base: isPair ? `line_${stem}` : stem,
    which: { kind: isPair || stem.startsWith("line_") ? "pair" : "phase", es, en } };
}

// The name in full, where it stands alone.
export function fullName({ which, es, en }) {
  if (which === null) return { es, en };
  if (which.kind === "page") return which;
  const join = (one, other) => (which.kind in BEFORE_WORDS ? `${one}: ${other.toLowerCase()}`
    : `${other}, ${one}`);
  return { es: join(which.es, es), en: join(which.en, en) };
}
