"""What a sign remembers through a power failure, as plain data."""

from typing import Any

from firmware_sim.boards.ntcip.controller import SignController
from firmware_sim.boards.ntcip.font import fonts_of
from firmware_sim.boards.ntcip.message import Memory, Message, MessageId, RowStatus, message_crc
from firmware_sim.boards.ntcip.objects import Value, scalar_objects


def keep(sign: SignController) -> dict[str, Any]:
    """Valid rows of the changeable memory, the standby messages, settings, how often it started."""
    state = sign.state
    rows = {
        str(number): {
            "multi": row.multi.hex(),
            "owner": row.owner.hex(),
            "beacon": row.beacon,
            "pixel_service": row.pixel_service,
            "priority": row.priority,
        }
        for number, row in state.rows_of(Memory.CHANGEABLE).items()
        if row.status == RowStatus.VALID
    }
    return {
        "rows": rows,
        "standby": {name: code.to_bytes().hex() for name, code in state.standby.items()},
        "settings": {name: _plain(state.settings[name]) for name in _kept_settings(sign)},
        "boots": state.boots,
    }


def restore(sign: SignController, kept: dict[str, Any], at_s: float) -> None:
    """Puts back what `keep` gave and lets the sign power up, after a failure of unknown length."""
    state = sign.state
    for number, row in kept["rows"].items():
        if (Memory.CHANGEABLE, int(number)) in state.rows:
            multi = bytes.fromhex(row["multi"])
            state.rows[Memory.CHANGEABLE, int(number)] = Message(
                multi=multi,
                owner=bytes.fromhex(row["owner"]),
                crc=message_crc(multi, row["beacon"], row["pixel_service"]),
                beacon=row["beacon"],
                pixel_service=row["pixel_service"],
                priority=row["priority"],
                status=RowStatus.VALID,
            )
    for name, code in kept["standby"].items():
        state.standby[name] = MessageId.from_bytes(bytes.fromhex(code))
    for name, value in kept["settings"].items():
        if name == "defaultFont" and value not in fonts_of(sign.plan):
            continue  # the scenario has made it a sign without that font
        state.settings[name] = value if isinstance(value, int) else bytes.fromhex(value)
    state.boots = kept["boots"]
    sign.power_up(at_s)


def _kept_settings(sign: SignController) -> list[str]:
    names = (scalar.name for scalar in scalar_objects().values() if scalar.writable)
    return [name for name in names if name in sign.state.settings]


def _plain(value: Value) -> int | str:
    return value.hex() if isinstance(value, bytes) else int(value)  # type: ignore[arg-type]
