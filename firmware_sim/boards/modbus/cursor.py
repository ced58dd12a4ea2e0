"""A reader of a frame that names what it passes."""

from firmware_sim.boards.board import Part


class Cursor:
    """Passes from `at` to `end` over a frame. What is asked beyond the end is not there."""

    def __init__(self, frame: bytes, at: int, end: int) -> None:
        self.frame = frame
        self.at = at
        self.end = end
        self.parts: list[Part] = []

    @property
    def left(self) -> int:
        return self.end - self.at

    def peek(self, length: int) -> bytes:
        return self.frame[self.at : min(self.at + length, self.end)]

    def say(self, length: int, name: str, text: str) -> bool:
        """Names the next bytes; False, and nothing passed, where there are not so many."""
        if not 0 < length <= self.left:
            return False
        self.parts.append(Part(self.at, self.at + length, name, text))
        self.at += length
        return True

    def number(self, length: int, name: str, note: str = "") -> int:
        """A number, high byte first; 0 where it is not there."""
        number = int.from_bytes(self.peek(length), "big")
        text = f"{number} ({number:#0{2 + 2 * length}x})"
        return number if self.say(length, name, f"{text}: {note}" if note else text) else 0

    def rest(self, name: str, note: str) -> None:
        """Names all that is left, if anything."""
        if self.left:
            self.say(self.left, name, f"{self.peek(self.left).hex(' ')}: {note}")
