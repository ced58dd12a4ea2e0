"""A board's SNMP objects on a UDP port."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Protocol

from firmware_sim.boards.ntcip.snmp.responder import Device, SnmpResponder, SnmpSecrets

DATAGRAM_BYTES_MAX = 65535
DATAGRAMS_A_TURN = 32
"""So many are read before others get their turn; what waits longer, the kernel drops."""

_log = logging.getLogger("aburra.sim")


class DatagramWire(Protocol):
    """What may happen to datagrams on their way."""

    def incoming(self, data: bytes, at_s: float) -> bytes | None:
        """As it arrives at the board; None: it does not."""

    def outgoing(self, data: bytes, at_s: float) -> list[tuple[float, bytes]]:
        """What leaves instead, each with the seconds until then; empty: nothing."""


def bind_udp(host: str, port: int) -> socket.socket:
    """Raises `OSError` when the port is taken or not ours to take."""
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        endpoint.bind((host, port))
    except OSError:
        endpoint.close()
        raise
    endpoint.setblocking(False)
    return endpoint


class SnmpAgent:
    """Answers on the socket, which it then owns; needs a running event loop."""

    def __init__(
        self,
        device: Device,
        endpoint: socket.socket,
        secrets: SnmpSecrets,
        scenario_s: Callable[[], float],
        wire: DatagramWire | None = None,
    ) -> None:
        self._responder = SnmpResponder(device, secrets)
        self._endpoint = endpoint
        self._scenario_s = scenario_s
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(endpoint, self._readable)

    def close(self) -> None:
        self._loop.remove_reader(self._endpoint)
        self._endpoint.close()

    def _readable(self) -> None:
        for _ in range(DATAGRAMS_A_TURN):
            try:
                data, peer = self._endpoint.recvfrom(DATAGRAM_BYTES_MAX)
            except BlockingIOError:
                return
            except OSError as error:
                # A peer that has gone: an earlier answer met a closed port.
                _log.debug("datagram not received: %s", error.strerror)
                continue
            self._answer(data, peer)

    def _answer(self, data: bytes, peer: tuple[str, int]) -> None:
        at_s = self._scenario_s()
        arrived = data if self._wire is None else self._wire.incoming(data, at_s)
        answer = None if arrived is None else self._responder.answer(arrived, at_s)
        if answer is None:
            return
        leaving = [(0.0, answer)] if self._wire is None else self._wire.outgoing(answer, at_s)
        for delay_s, datagram in leaving:
            if delay_s > 0:
                self._loop.call_later(delay_s, self._send, datagram, peer)
            else:
                self._send(datagram, peer)

    def _send(self, datagram: bytes, peer: tuple[str, int]) -> None:
        if self._endpoint.fileno() < 0:
            return  # closed while the datagram was under way
        try:
            self._endpoint.sendto(datagram, peer)
        except OSError as error:
            _log.warning("no answer to %s:%d: %s", *peer, error.strerror)
