"""One MQTT connection that comes back by itself.

aiomqtt acknowledges a message to the broker when it has been queued here, not when it has been
dealt with; so nothing in this house relies on the broker for delivery (see `gateway.spool`).
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from gateway.link.address import BrokerSettings, address_of
from gateway.link.backoff import Backoff

log = logging.getLogger("aburra.link")

_TIMEOUT_S = 5.0
_TAKE_S = 20.0
"""A broker that does not take a message within so long is no better than none. A window of frames
over a mobile link of 20 kbit/s needs most of it."""
_STEADY_S = 10.0
"""Only a connection that has held so long ends the back-off: two programs with one client id would
else throw each other out several times a second."""
_GOODBYE_S = 0.2
_KEEPALIVE_S = 15
_QUEUED_MESSAGES_MAX = 20_000
_PENDING_CALLS = 64


class Link:
    """Connects, subscribes with QoS 1, hands over messages one by one, and reconnects for ever.

    `will` is (topic, payload), retained. At least one subscription is needed: without its answer a
    connection lost in the moment it was made would go unnoticed. `on_connect` runs after each
    subscription. Exceptions of the two callbacks are programming errors and end `run`.
    """

    def __init__(
        self,
        broker: BrokerSettings,
        *,
        client_id: str,
        will: tuple[str, bytes] | None,
        subscriptions: tuple[str, ...],
        on_message: Callable[[str, bytes], Awaitable[None]],
        on_connect: Callable[[], Awaitable[None]],
        random: Random,
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._will = aiomqtt.Will(*will, qos=1, retain=True) if will else None
        self._subscriptions = subscriptions
        self._on_message = on_message
        self._on_connect = on_connect
        self._backoff = Backoff(random)
        self._client: aiomqtt.Client | None = None
        self._lost = asyncio.Event()
        self._patience = asyncio.Timeout(None)
        self.connections = 0
        self.fault = "not connected yet"

    @property
    def connected(self) -> bool:
        return self._client is not None

    async def run(self) -> None:
        """Stay connected until cancelled; the will is not sent on a clean stop."""
        while True:
            try:
                await self._session()
            except (aiomqtt.MqttError, OSError) as error:
                reason = str(error) or type(error).__name__
                if reason != self.fault:
                    log.warning("%s: %s: %s", self._client_id, self._broker.url, reason)
                self.fault = reason
            await asyncio.sleep(self._backoff.next_s())

    async def _session(self) -> None:
        address = await asyncio.to_thread(address_of, self._broker)
        async with aiomqtt.Client(
            address.host,
            address.port,
            username=address.username,
            password=address.password,
            tls_context=address.tls,
            identifier=self._client_id,
            will=self._will,
            timeout=_TIMEOUT_S,
            keepalive=_KEEPALIVE_S,
            max_queued_incoming_messages=_QUEUED_MESSAGES_MAX,
        ) as client:
            await self._subscribe(client)
            client.pending_calls_threshold = _PENDING_CALLS
            self._client = client
            self._lost = lost = asyncio.Event()
            self.connections += 1
            self.fault = ""
            connected_s = time.monotonic()
            log.info("%s: connected to %s", self._client_id, self._broker.url)
            try:
                await self._dispatch(client)
            finally:
                self._client = None
                lost.set()
                client.timeout = _GOODBYE_S  # for the DISCONNECT
                if time.monotonic() - connected_s > _STEADY_S:
                    self._backoff.succeeded()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """Also finds out a connection that was lost at once, which aiomqtt would forget."""
        answers = await client.subscribe([(topic, 1) for topic in self._subscriptions])
        for topic, answer in zip(self._subscriptions, answers, strict=True):
            if isinstance(answer, ReasonCode) and answer.is_failure:
                raise aiomqtt.MqttError(f"the broker refuses the subscription to {topic}")

    async def _dispatch(self, client: aiomqtt.Client) -> None:
        """Until the connection is lost, or `publish` loses its patience with it."""
        try:
            async with asyncio.timeout(None) as self._patience:
                await self._on_connect()
                async for message in client.messages:
                    payload = message.payload
                    if isinstance(payload, bytes | bytearray):
                        await self._on_message(str(message.topic), bytes(payload))
        except TimeoutError as error:
            raise aiomqtt.MqttError(f"the broker took no message for {_TAKE_S:g} s") from error

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Send with QoS 1; True when the broker took it, False when it can't be said that it did.

        True is no proof of delivery: a broker may lose what it took. A broker that takes nothing
        for 20 s loses the connection: what paho holds for it would grow without end.
        """
        client = self._client
        if client is None:
            return False
        # aiomqtt waits its whole timeout for a PUBACK that a lost connection can't bring any more.
        sending = asyncio.ensure_future(
            client.publish(topic, payload, qos=1, retain=retain, timeout=math.inf)
        )
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            done, _ = await asyncio.wait(
                (sending, lost), timeout=_TAKE_S, return_when=asyncio.FIRST_COMPLETED
            )
            if not done and client is self._client and not self._patience.expired():
                self._patience.reschedule(asyncio.get_running_loop().time())
            if not sending.done():
                return False
            sending.result()
        except aiomqtt.MqttError as error:
            log.info("%s: publish to %s: %s", self._client_id, topic, error)
            return False
        finally:
            lost.cancel()
            sending.cancel()
        return True

    async def say_goodbye(self, topic: str, payload: bytes) -> None:
        """Publish a retained last word, in the little time a stopping program has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await self.publish(topic, payload, retain=True)
