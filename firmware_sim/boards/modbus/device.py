"""A Modbus device that is what its profile says."""

from collections.abc import Mapping, Sequence
from typing import Any

from firmware_sim.boards.board import Sense, Shown
from firmware_sim.boards.modbus.functions import Code, Function, ModbusError, Space
from firmware_sim.boards.modbus.profile import Profile, Table
from firmware_sim.boards.modbus.registers import decoded, encoded, written
from firmware_sim.boards.modbus.state import Moment, State


class ProfileDevice:
    def __init__(self, profile: Profile, sense: Sense, *, key: str, now_s: float) -> None:
        """`key` tells this device from its sisters: its serial number, and what its totals had
        when the scenario began, come from it. `now_s`: since when it runs.
        """
        self.profile = profile
        self._state = State(profile, sense, key=key, now_s=now_s)
        self._busy_until_s = now_s

    @property
    def measures(self) -> tuple[str, ...]:
        """The names it asks its `Sense` for."""
        return self._state.measures

    @property
    def functions(self) -> frozenset[Function]:
        return self.profile.functions

    @property
    def server_id(self) -> bytes:
        return self.profile.server_id.encode("ascii")

    @property
    def identification(self) -> Mapping[int, bytes]:
        return dict(enumerate(text.encode("ascii") for text in self.profile.identification))

    def check_ready(self, at_s: float) -> None:
        if at_s < self._busy_until_s:
            raise ModbusError(Code.BUSY)

    def read(self, space: Space, address: int, count: int, at_s: float) -> Sequence[int]:
        end = address + count
        if not space.has_bits and count > self.profile.read_max:
            raise ModbusError(Code.ILLEGAL_VALUE)
        if not space.has_bits and (address % self.profile.align or count % self.profile.align):
            raise ModbusError(Code.ILLEGAL_ADDRESS)
        table = self._table(space)
        if not table.addresses.issuperset(range(address, end)):
            raise ModbusError(Code.ILLEGAL_ADDRESS)
        now = Moment(self._state, at_s)
        values = [0] * count
        for row in table.between(address, end):
            words = encoded(row, now.row(row), low_word_first=self.profile.low_word_first)
            for place, word in enumerate(words, row.at):
                if address <= place < end:
                    values[place - address] |= word
        return values

    def write(self, space: Space, address: int, values: Sequence[int], at_s: float) -> None:
        end = address + len(values)
        rows = self._table(space).between(address, end)
        # Whole values, without gaps between them.
        is_whole = bool(rows) and rows[0].at == address and rows[-1].end == end
        if not is_whole or sum(row.words for row in rows) != len(values):
            raise ModbusError(Code.ILLEGAL_ADDRESS)
        wanted = []
        for row in rows:
            words = values[row.at - address : row.end - address]
            wanted.append((row, written(row, words, low_word_first=self.profile.low_word_first)))
        self._state.set(wanted, at_s)

    def tick(self, at_s: float) -> None:
        self._state.tick(at_s)

    def power_up(self, at_s: float) -> None:
        self._state.power_up(at_s)
        self._busy_until_s = at_s + self.profile.busy_after_power_up_s

    def keep(self) -> dict[str, Any]:
        return self._state.keep()

    def restore(self, kept: Mapping[str, Any]) -> None:
        self._state.restore(kept)

    def shows(self, at_s: float) -> Shown:
        """Every row, as a master that knows the profile reads it."""
        now = Moment(self._state, at_s)
        low_word_first = self.profile.low_word_first
        shown: dict[str, float | str] = {}
        for row in self.profile.rows:
            words = encoded(row, now.row(row), low_word_first=low_word_first)
            shown[row.name] = decoded(row, words, low_word_first=low_word_first)
        return shown

    def level_pct(self, at_s: float) -> float:
        """What its lamp gives now; 0 without a lamp."""
        return self._state.lamp_level_pct(at_s)

    def _table(self, space: Space) -> Table:
        table = self.profile.table(space)
        if table is None:
            raise ModbusError(Code.ILLEGAL_FUNCTION)
        return table
