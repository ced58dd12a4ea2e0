// Frames put together: a request with what answers it; what nobody asked for stands alone.

import { keyOf, kindOf } from "./frame.js";

// Of frames in order of time; newest first.
export function exchanges(frames) {
  const found = [];
  let open = null;
  for (const frame of frames) {
    const kind = kindOf(frame);
    if (kind === "answer" && open !== null) {
      open.frames.push(frame);
      continue;
    }
    const own = { key: keyOf(frame), frames: [frame] };
    if (kind === "request") open = own;
    found.push(own);
  }
  return found.reverse();
}

export function isUnanswered({ frames }) {
  return frames.length === 1 && frames[0].is_request;
}

// Without those that neighbours took part in alone. Who an unanswered request was for, its bytes
// tell to a device only: it stays.
export function concerns({ frames }, name) {
  const speakers = frames.map(({ device }) => device).filter(Boolean);
  return speakers.length === 0 || speakers.includes(name);
}
