// Two drawings of a road: all of it in speed bands, and a stretch of it with every vehicle.

import { drawAxis, sharpCanvas } from "./canvas.js";
import { meanSpeeds, speedColour } from "./speeds.js";

const CELL_PX = 6;
const BAND_PX = 12;
const LANE_PX = 30;
const AXIS_PX = 18;
const SIGNS_PX = 16;
const HEIGHTS = { motorcycle: 0.26, car: 0.5, bus: 0.66, truck: 0.7 };

export function overview(laneCount) {
  const canvas = sharpCanvas(SIGNS_PX + laneCount * (BAND_PX + 1) + AXIS_PX,
    "Toda la vía en bandas de velocidad · the whole road in speed bands");
  return {
    node: canvas.node,
    draw(road, span) {
      const drawing = canvas.begin();
      const { context, width, colours } = drawing;
      const x = (at_m) => (at_m / road.length_m) * width;
      const count = Math.max(20, Math.floor(width / CELL_PX));
      road.lanes.forEach((lane, place) => {
        const y = SIGNS_PX + place * (BAND_PX + 1);
        context.fillStyle = colours.road;
        context.fillRect(0, y, width, BAND_PX);
        meanSpeeds(lane.vehicles, road.length_m, count).forEach((speed_kmh, cell) => {
          if (speed_kmh === null) return;
          context.fillStyle = speedColour(speed_kmh);
          context.fillRect((cell * width) / count, y, width / count - 0.5, BAND_PX);
        });
      });
      const bottom = SIGNS_PX + road.lanes.length * (BAND_PX + 1);
      drawDisturbances(drawing, road, x, SIGNS_PX, (BAND_PX + 1));
      drawStations(drawing, road, x, bottom, false);
      context.strokeStyle = colours.text;
      context.lineWidth = 2;
      const right = Math.max(x(span.to_m), x(span.from_m) + 4);
      const left = x(span.from_m);
      context.strokeRect(left, SIGNS_PX - 3, right - left, bottom - SIGNS_PX + 5);
      drawAxis(drawing, 0, road.length_m, x, bottom + 2);
    },
  };
}

export function closeUp(laneCount) {
  const canvas = sharpCanvas(SIGNS_PX + laneCount * LANE_PX + AXIS_PX,
    "Los vehículos de este tramo · the vehicles of this stretch");
  return {
    node: canvas.node,
    // `ahead_s`: how long ago in scenario seconds the bench said where the vehicles were.
    draw(road, span, ahead_s) {
      const drawing = canvas.begin();
      const { context, width, colours } = drawing;
      const scale = width / (span.to_m - span.from_m);
      const x = (at_m) => (at_m - span.from_m) * scale;
      const bottom = SIGNS_PX + road.lanes.length * LANE_PX;
      context.fillStyle = colours.road;
      context.fillRect(0, SIGNS_PX, width, bottom - SIGNS_PX);
      context.strokeStyle = colours.quiet;
      context.setLineDash([10, 10]);
      context.lineWidth = 1;
      for (let lane = 1; lane < road.lanes.length; lane += 1) {
        context.beginPath();
        context.moveTo(0, SIGNS_PX + lane * LANE_PX);
        context.lineTo(width, SIGNS_PX + lane * LANE_PX);
        context.stroke();
      }
      context.setLineDash([]);
      road.lanes.forEach((lane, place) => {
        const middle = SIGNS_PX + (place + 0.5) * LANE_PX;
        for (const [position_m, speed_kmh, kind, length_m] of lane.vehicles) {
          const front = x(position_m + (speed_kmh / 3.6) * ahead_s);
          if (front < 0 || front - length_m * scale > width) continue;
          drawVehicle(context, kind, front, middle, Math.max(2, length_m * scale), speed_kmh);
        }
        drawLaneName(drawing, lane.name, middle);
      });
      drawDisturbances(drawing, road, x, SIGNS_PX, LANE_PX);
      drawStations(drawing, road, x, bottom, true);
      drawAxis(drawing, span.from_m, span.to_m, x, bottom + 2);
    },
  };
}

function drawLaneName({ context, colours }, name, middle) {
  const text = `${name} →`;
  context.textAlign = "left";
  context.fillStyle = colours.road;
  context.fillRect(0, middle - 8, context.measureText(text).width + 8, 16);
  context.fillStyle = colours.text;
  context.fillText(text, 4, middle + 4);
}

function drawVehicle(context, kind, front, middle, length, speed_kmh) {
  const height = LANE_PX * (HEIGHTS[kind] ?? HEIGHTS.car);
  context.fillStyle = speedColour(speed_kmh);
  context.beginPath();
  context.roundRect(front - length, middle - height / 2, length, height,
    kind === "car" ? Math.min(4, length / 3) : 1);
  context.fill();
  if (length < 10) return;
  // A windscreen says which way it goes; a bus has a stripe, a truck a cab.
  context.fillStyle = "rgb(0 0 0 / 0.45)";
  if (kind === "car") context.fillRect(front - length * 0.35, middle - height * 0.36, length * 0.14,
    height * 0.72);
  if (kind === "bus") context.fillRect(front - length + 2, middle - 1.5, length - 4, 3);
  if (kind === "truck") context.fillRect(front - length * 0.22, middle - height / 2, 2, height);
}

function drawDisturbances({ context, colours }, road, x, top, lanePx) {
  for (const { position_m, length_m, lanes, is_on: isOn } of road.disturbances) {
    if (!isOn) continue;
    road.lanes.forEach((lane, place) => {
      if (lanes.length > 0 && !lanes.includes(lane.name)) return;
      const left = x(position_m);
      const wide = Math.max(4, x(position_m + length_m) - left);
      context.save();
      context.beginPath();
      context.rect(left, top + place * lanePx, wide, lanePx - 1);
      context.clip();
      context.strokeStyle = colours.bad;
      context.lineWidth = 2;
      for (let at = left - lanePx; at < left + wide; at += 6) {
        context.beginPath();
        context.moveTo(at, top + (place + 1) * lanePx);
        context.lineTo(at + lanePx, top + place * lanePx);
        context.stroke();
      }
      context.restore();
      context.strokeStyle = colours.bad;
      context.strokeRect(left, top + place * lanePx, wide, lanePx - 1);
    });
  }
}

function drawStations({ context, width, colours }, road, x, bottom, isNamed) {
  for (const { name, position_m } of road.stations) {
    const at = x(position_m);
    if (at < 0 || at > width) continue;
    context.fillStyle = colours.mark;
    context.fillRect(at - 0.5, SIGNS_PX - 4, 1.5, bottom - SIGNS_PX + 4);
    context.beginPath();
    context.moveTo(at - 4, SIGNS_PX - 10);
    context.lineTo(at + 4, SIGNS_PX - 10);
    context.lineTo(at, SIGNS_PX - 3);
    context.fill();
    if (!isNamed) continue;
    const text = name.slice(name.indexOf("/") + 1); // of one municipality are all, or nearly
    const isLeft = at + context.measureText(text).width + 9 > width;
    context.textAlign = isLeft ? "right" : "left";
    context.fillText(text, isLeft ? at - 7 : at + 7, SIGNS_PX - 5);
  }
}
