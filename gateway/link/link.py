"""One MQTT connection that comes back by itself.

aiomqtt acknowledges a message to the broker when it has been queued here, not when it has been
dealt with; so nothing in this house relies on the broker for delivery (see `gateway.spool`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import Random

import aiomqtt

from gateway.link.address import BrokerSettings, address_of
from gateway.link.backoff import Backoff

log = logging.getLogger("aburra.link")

_TIMEOUT_S = 5.0
_KEEPALIVE_S = 15
_QUEUED_MESSAGES_MAX = 20_000
_PENDING_CALLS = 64


class Link:
    """Connects, subscribes with QoS 1, hands over messages one by one, and reconnects for ever.

    `will` is (topic, payload), retained. `on_connect` runs after each subscription. Exceptions of
    the two callbacks are programming errors and end `run`.
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
            if self._subscriptions:
                await client.subscribe([(topic, 1) for topic in self._subscriptions])
            client.pending_calls_threshold = _PENDING_CALLS
            self._client = client
            self._lost = lost = asyncio.Event()
            self.connections += 1
            self.fault = ""
            self._backoff.succeeded()
            log.info("%s: connected to %s", self._client_id, self._broker.url)
            try:
                await self._on_connect()
                async for message in client.messages:
                    payload = message.payload
                    if isinstance(payload, bytes | bytearray):
                        await self._on_message(str(message.topic), bytes(payload))
            finally:
                self._client = None
                lost.set()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Send with QoS 1; True when the broker took it, False when it can't be said that it did.

        True is no proof of delivery: a broker may lose what it took.
        """
        client = self._client
        if client is None:
            return False
        # aiomqtt waits its whole timeout for a PUBACK that a lost connection can't bring any more.
        sending = asyncio.ensure_future(client.publish(topic, payload, qos=1, retain=retain))
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait((sending, lost), return_when=asyncio.FIRST_COMPLETED)
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
