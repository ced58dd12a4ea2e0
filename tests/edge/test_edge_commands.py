"""Commands: once, in time, in order, always answered; whatever the broker brings."""

import asyncio

import pytest
from edge_bench import until
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.commands import CommandDesk
from gateway.contract.codec import decode, encode
from gateway.contract.messages import Command, CommandResult
from gateway.spool.spool import Spool, SpoolSettings

SOURCE = "medellin/av-regional"
NOW_MS = 1_800_000_000_000


class Bench:
    """A desk with one sign that takes as long as it is told."""

    def __init__(self, path):
        self.now_ms = NOW_MS
        self.spool = Spool(path / "spool.sqlite", SpoolSettings(), lambda: self.now_ms)
        self.carried_out = []
        self.published = []
        self.may_finish = asyncio.Event()
        self.may_finish.set()
        self.desk = self.new_desk()

    def new_desk(self):
        return CommandDesk(
            SOURCE, {"vms-1": self}, self.spool, self.publish, now_ms=lambda: self.now_ms
        )

    async def carry_out(self, command):
        is_expired = self.now_ms >= command.expires_ms
        if not is_expired:
            self.carried_out.append(command.id)
            await self.may_finish.wait()
        return CommandResult(
            id=command.id,
            target=command.target,
            status="expired" if is_expired else "confirmed",
            done_ms=self.now_ms,
            shows_multi=command.multi,
        )

    async def publish(self, payload):
        self.published.append(decode(payload, CommandResult))

    async def receive(self, number, **changes):
        fields = {
            "id": f"command-{number}",
            "target": f"{SOURCE}/vms-1",
            "action": "show",
            "issued_ms": NOW_MS + number,
            "expires_ms": NOW_MS + 60_000,
            "authority": "test",
            "reason": "test",
            "multi": "HOLA",
        }
        await self.desk.receive(encode(Command(**(fields | changes))))

    @property
    def statuses(self):
        return [(r.id, r.status, r.detail) for r in self.published]


@pytest.fixture
async def bench(tmp_path):
    bench = Bench(tmp_path)
    work = asyncio.create_task(bench.desk.run())
    yield bench
    assert not work.done()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    bench.spool.close()


async def test_command_is_carried_out_and_answered(bench):
    await bench.receive(1)
    await until(lambda: bench.published)
    assert bench.statuses == [("command-1", "confirmed", "")]


async def test_repeated_id_gets_the_same_result_and_no_second_action(bench):
    await bench.receive(1)
    await until(lambda: bench.published)
    bench.now_ms += 10_000_000
    await bench.receive(1)
    assert bench.carried_out == ["command-1"]
    assert bench.published[0] == bench.published[1]


async def test_repeated_id_after_a_restart(bench):
    await bench.receive(1)
    await until(lambda: bench.published)
    bench.desk = bench.new_desk()
    await bench.receive(1)
    assert bench.carried_out == ["command-1"]
    assert len(bench.published) == 2


async def test_repeat_while_in_work_is_answered_once(bench):
    bench.may_finish.clear()
    await bench.receive(1)
    await until(lambda: bench.carried_out)
    await bench.receive(1)
    bench.may_finish.set()
    await until(lambda: bench.published)
    await asyncio.sleep(0)
    assert bench.statuses == [("command-1", "confirmed", "")]
    assert bench.carried_out == ["command-1"]


async def test_expired_command_never_fires(bench):
    await bench.receive(1, expires_ms=NOW_MS)
    assert bench.statuses == [("command-1", "expired", "")]
    assert bench.carried_out == []


async def test_command_that_expires_while_it_waits_never_fires(bench):
    bench.may_finish.clear()
    await bench.receive(1)
    await until(lambda: bench.carried_out)
    await bench.receive(2, expires_ms=NOW_MS + 1000)
    bench.now_ms += 1000
    bench.may_finish.set()
    await until(lambda: len(bench.published) == 2)
    assert bench.statuses[1] == ("command-2", "expired", "")
    assert bench.carried_out == ["command-1"]


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
async def test_newest_waiting_command_wins(bench, order):
    bench.may_finish.clear()
    await bench.receive(1)
    await until(lambda: bench.carried_out)
    for number in order:
        await bench.receive(number)
    assert bench.statuses == [("command-2", "refused", "superseded")]
    bench.may_finish.set()
    await until(lambda: len(bench.published) == 3)
    assert bench.carried_out == ["command-1", "command-3"]


async def test_command_that_comes_late_does_not_undo_a_newer_one(bench):
    bench.now_ms = NOW_MS + 5000
    for number in (2, 1):
        await bench.receive(number)
        await until(lambda number=number: len(bench.published) == 3 - number)
    assert bench.statuses[1] == ("command-1", "refused", "superseded")
    assert bench.carried_out == ["command-2"]


async def test_a_centre_whose_clock_was_ahead_does_not_lock_itself_out(bench):
    await bench.receive(1, issued_ms=NOW_MS + 3_600_000)
    await until(lambda: len(bench.published) == 1)
    bench.now_ms += 6000
    await bench.receive(2, issued_ms=NOW_MS + 6000)
    await until(lambda: len(bench.published) == 2)
    assert bench.carried_out == ["command-1", "command-2"]


@pytest.mark.parametrize("target", [f"{SOURCE}/vms-9", "itagui/autopista-sur/vms-1"])
async def test_wrong_target_is_refused(bench, target):
    await bench.receive(1, target=target)
    assert [s[1] for s in bench.statuses] == ["refused"]
    assert bench.carried_out == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(payload=st.binary(max_size=200))
def test_malformed_commands_are_counted_and_dropped(tmp_path_factory, payload):
    async def run():
        bench = Bench(tmp_path_factory.mktemp("desk"))
        await bench.desk.receive(payload)
        assert bench.desk.malformed_count == 1
        assert bench.published == []
        bench.spool.close()

    asyncio.run(run())


async def test_oversized_command_is_dropped(bench):
    await bench.desk.receive(b" " * 200_000)
    assert bench.desk.malformed_count == 1
