// What there is to know of one frame, before anything is drawn.

const WRONG = /wrong|errónea/i;
const CHECKSUM = /checksum|crc/i;

// "request", "answer", "unasked", or "noise", which nobody sent.
export function kindOf(frame) {
  if (frame.is_request) return "request";
  if (!frame.device) return "noise";
  return frame.is_answer ? "answer" : "unasked";
}

// Boards say so in words, in the text of the part.
export function isWrong(part) {
  return WRONG.test(part.text);
}

// A bench that was started again counts from 1 again.
export function keyOf(frame) {
  return `${frame.number} ${frame.at_s}`;
}

export function lengthOf(frame) {
  return frame.hex === "" ? 0 : (frame.hex.length + 1) / 3;
}

export function hasWrongChecksum(frame) {
  return frame.parts.some((part) => CHECKSUM.test(part.name) && isWrong(part));
}

// A frame's bytes in runs: each part, and between them what no part explains.
export function runs(frame) {
  const bytes = frame.hex === "" ? [] : frame.hex.split(" ");
  const found = [];
  let at = 0;
  const upTo = (end, part, place) => {
    if (end > at) found.push({ hex: bytes.slice(at, end).join(" "), part, place });
    at = Math.max(at, end);
  };
  frame.parts.forEach((part, place) => {
    upTo(part.start, null, -1);
    if (part.end > at) upTo(part.end, part, place);
    else found.push({ hex: "", part, place }); // something to say of no byte of its own
  });
  upTo(bytes.length, null, -1);
  return found;
}
