"""Downwards: commands are checked at this border too; their results are passed back up."""

from collections.abc import Callable

from gateway.contract.admission import Refusal, excerpt_of
from gateway.contract.codec import ContractError, decode, encode
from gateway.contract.messages import Command, CommandResult
from gateway.contract.topics import Topic, topic_of
from gateway.link.link import Link
from gateway.municipal.refusals import Refusals


class Commands:
    """No state: the centre repeats a command until it has its result or the command expires."""

    def __init__(
        self,
        source: str,
        sites: frozenset[str],
        links: tuple[Link, Link],
        refusals: Refusals,
        now_ms: Callable[[], int],
    ) -> None:
        self._source = source
        self._municipality = source.split("/", maxsplit=1)[0]
        self._sites = sites
        self._field, self._metropolitan = links
        self._refusals = refusals
        self._now_ms = now_ms

    async def down(self, topic: str, payload: bytes) -> None:
        """A command from the centre: expired or for a stranger → a result says so."""
        try:
            command = decode(payload, Command)
        except ContractError as error:
            self._refusals.add(topic, Refusal(error.reason, error.detail, excerpt_of(payload)))
            return
        municipality, site, _ = command.target.split("/")
        now_ms = self._now_ms()
        if municipality != self._municipality or site not in self._sites:
            await self._answer(command, "refused", f"{command.target} is not of this gateway")
        elif now_ms >= command.expires_ms:
            await self._answer(command, "expired", "expired before it reached the gateway")
        else:
            await self._field.publish(topic_of(f"{municipality}/{site}", "cmd"), payload)

    async def up(self, topic: Topic, payload: bytes) -> None:
        """A result from a site; one that speaks for another site's device is refused."""
        try:
            result = decode(payload, CommandResult)
        except ContractError as error:
            refusal = Refusal(error.reason, error.detail, excerpt_of(payload))
            self._refusals.add(str(topic), refusal)
            return
        if result.target.rsplit("/", 1)[0] != topic.source:
            detail = f"{topic.source} may not answer for {result.target}"
            self._refusals.add(str(topic), Refusal("foreign", detail, excerpt_of(payload)))
            return
        await self._metropolitan.publish(topic_of(self._source, "result"), payload)

    async def _answer(self, command: Command, status: str, detail: str) -> None:
        result = CommandResult(
            id=command.id,
            target=command.target,
            status="expired" if status == "expired" else "refused",
            done_ms=self._now_ms(),
            detail=detail,
        )
        await self._metropolitan.publish(topic_of(self._source, "result"), encode(result))
