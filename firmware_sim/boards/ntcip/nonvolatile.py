"""What a sign remembers through a power failure, as plain data."""

from typing import Any

from firmware_sim.boards.ntcip.message import Message, MessageId, RowStatus, message_crc
from firmware_sim.boards.ntcip.sign import Sign


def keep(sign: Sign) -> dict[str, Any]:
    """Valid rows of the changeable memory, the standby messages, the comm-loss time."""
    rows = {
        str(number): {
            "multi": row.multi.hex(),
            "owner": row.owner.hex(),
            "beacon": row.beacon,
            "pixel_service": row.pixel_service,
            "priority": row.priority,
        }
        for number, row in sign.state.changeable.items()
        if row.status == RowStatus.VALID
    }
    standby = {name: code.to_bytes().hex() for name, code in sign.state.standby.items()}
    return {"rows": rows, "standby": standby, "comm_loss_min": sign.state.comm_loss_min}


def restore(sign: Sign, kept: dict[str, Any]) -> None:
    """Puts back what `keep` gave and lets the sign power up."""
    for number, row in kept["rows"].items():
        if int(number) in sign.state.changeable:
            multi = bytes.fromhex(row["multi"])
            sign.state.changeable[int(number)] = Message(
                multi=multi,
                owner=bytes.fromhex(row["owner"]),
                crc=message_crc(multi, row["beacon"], row["pixel_service"]),
                beacon=row["beacon"],
                pixel_service=row["pixel_service"],
                priority=row["priority"],
                status=RowStatus.VALID,
            )
    for name, code in kept["standby"].items():
        sign.state.standby[name] = MessageId.from_bytes(bytes.fromhex(code))
    sign.state.comm_loss_min = kept["comm_loss_min"]
    sign.power_up()
