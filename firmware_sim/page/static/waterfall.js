// Place against time: where it was slow, how the queue's tail travels. The newest row is on top.

import { drawAxis, sharpCanvas } from "./canvas.js";
import { localTime } from "./clock.js";
import { meanSpeeds, speedColour } from "./speeds.js";
import { duration } from "./words.js";

const CELLS = 150;
const HEIGHT_PX = 400;
const AXIS_PX = 18;
const ROWS_MAX = 400;
const SPAN_MIN_S = 60;
const SPAN_MAX_S = 3600;
const GAP_S = 1;
const MARK_S = [10, 30, 60, 120, 300, 600, 1200];

export function waterfall() {
  const canvas = sharpCanvas(HEIGHT_PX + AXIS_PX, "Lugar y tiempo · place against time");
  const rows = []; // {at_s, speeds}, newest last
  let length_m = 1;

  return {
    node: canvas.node,
    add(road) {
      const newest = rows.at(-1);
      if (newest && road.at_s - newest.at_s < GAP_S) return;
      length_m = road.length_m;
      const vehicles = road.lanes.flatMap((lane) => lane.vehicles);
      rows.push({ at_s: road.at_s, speeds: meanSpeeds(vehicles, length_m, CELLS) });
      if (rows.length > ROWS_MAX) rows.shift();
    },
    draw() {
      if (rows.length === 0) return;
      const drawing = canvas.begin();
      const { context, width, colours } = drawing;
      const now_s = rows.at(-1).at_s;
      const span_s = Math.min(SPAN_MAX_S, Math.max(SPAN_MIN_S, now_s - rows[0].at_s));
      context.fillStyle = colours.road;
      context.fillRect(0, 0, width, HEIGHT_PX);
      const y = (at_s) => ((now_s - at_s) / span_s) * HEIGHT_PX;
      for (let place = 1; place < rows.length; place += 1) {
        const top = y(rows[place].at_s);
        const high = y(rows[place - 1].at_s) - top + 0.5;
        rows[place].speeds.forEach((speed_kmh, cell) => {
          if (speed_kmh === null) return;
          context.fillStyle = speedColour(speed_kmh);
          context.fillRect((cell * width) / CELLS, top, width / CELLS + 0.5, high);
        });
      }
      drawAxis(drawing, 0, length_m, (at_m) => (at_m / length_m) * width, HEIGHT_PX + 2);
      const step_s = MARK_S.find((step) => span_s / step <= 6) ?? MARK_S.at(-1);
      context.textAlign = "left";
      for (let age_s = step_s; age_s < span_s; age_s += step_s) {
        const text = `−${duration(age_s)}  ${localTime(now_s - age_s)}`;
        context.fillStyle = colours.road;
        context.fillRect(0, y(now_s - age_s) - 9, context.measureText(text).width + 8, 14);
        context.fillStyle = colours.text;
        context.fillText(text, 4, y(now_s - age_s) + 2);
      }
    },
  };
}
