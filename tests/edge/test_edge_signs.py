"""NTCIP 1203: golden codes, and the whole sequence on an agent written for the test."""

import asyncio

import pytest

from edge.clock import Clock
from edge.faults import AnswerError
from edge.signs import sequence
from edge.signs.objects import BLANK_MESSAGE, MessageId, activation_code, message_crc
from edge.signs.settings import SignSettings
from edge.signs.sign import Sign
from edge.signs.snmp import SnmpManager
from gateway.contract.messages import Command

D = "1.3.6.1.4.1.1206.4.2.3"
ROW = f"{D}.5.8.1.{{}}.3.1"
TARGET = "medellin/av-regional/vms-1"


@pytest.mark.parametrize(("multi", "crc"), [(b"", 0x470F), (b"TEST", 0x6D50)])
def test_golden_message_crc(multi, crc):
    assert message_crc(multi) == crc


def test_golden_blank_activation():
    assert activation_code(BLANK_MESSAGE, 65535) == bytes.fromhex("FFFF FF 07 0001 0000 00000000")


def test_message_id_of_a_wrong_length_is_a_fault():
    assert MessageId.from_bytes(bytes.fromhex("03 0001 6D50")) == (3, 1, 0x6D50)
    with pytest.raises(AnswerError):
        MessageId.from_bytes(b"\x03\x00")


class FakeAgent:
    """A sign's objects as signs.md tells them: enough to be shown a message."""

    def __init__(self):
        self.values = {
            f"{D}.6.1.0": 4,
            f"{D}.6.4.0": 65535,
            f"{D}.6.5.0": bytes.fromhex("0700010000"),
            f"{D}.6.17.0": 2,
            f"{D}.5.9.0": 2,
            f"{D}.6.18.0": 2,
            f"{D}.6.19.0": 0,
            f"{D}.9.7.1.0": 0,
            f"{D}.5.8.1.3.5.1": b"",
            f"{D}.5.8.1.5.5.1": 0x470F,
            ROW.format(5): 0,
        }
        self.validating_looks = 1
        self.invalid = False
        self.activate_errors = []
        self.refuses_modify = False
        self.shows_instead = None
        self.silent = False
        self.silent_to = set()
        self.has_blank_memory = True
        self.log = []

    async def get(self, *oids):
        if self.silent:
            raise AnswerError("silent", "2 s")
        if ROW.format(9) in oids and self.values.get(ROW.format(9)) == 3:
            self.validating_looks -= 1
            if self.validating_looks <= 0:
                self.values[ROW.format(9)] = 5 if self.invalid else 4
                crc = message_crc(self.values[ROW.format(3)])
                on = self.values.get(ROW.format(6), 0) or self.values.get(ROW.format(7), 0)
                self.values[ROW.format(5)] = crc ^ 0x55 if on else crc
        return [self.values[oid] for oid in oids]

    async def set(self, *pairs):
        if self.silent or any(oid in self.silent_to for oid, _ in pairs):
            raise AnswerError("silent", "2 s")
        for oid, value in pairs:
            self.log.append(oid.removeprefix(f"{D}."))
            if oid == ROW.format(9):
                if value == 6 and self.refuses_modify:
                    raise AnswerError("refused", "genErr")
                self.values[oid] = {6: 2, 7: 3}[value]
            elif oid == f"{D}.6.3.0":
                self._activate(value)
            else:
                self.values[oid] = value

    def _activate(self, code):
        if self.activate_errors:
            self.values[f"{D}.6.17.0"] = self.activate_errors.pop(0)
            raise AnswerError("refused", "genErr")
        if code[3] == 7 and not self.has_blank_memory:
            self.values[f"{D}.6.17.0"] = 5
            raise AnswerError("refused", "genErr")
        self.values[f"{D}.6.4.0"] = int.from_bytes(code[:2], "big")
        self.values[f"{D}.6.5.0"] = code[3:8]
        text = b"" if code[3] == 7 else self.values[ROW.format(3)]
        self.values[f"{D}.5.8.1.3.5.1"] = text if self.shows_instead is None else self.shows_instead
        self.values[f"{D}.5.8.1.5.5.1"] = message_crc(text)


@pytest.fixture
def agent():
    return FakeAgent()


@pytest.fixture
def emitted():
    return []


@pytest.fixture
def sign(agent, emitted, tmp_path, monkeypatch):
    monkeypatch.setattr(sequence, "_READ_BACK_S", 0.05)
    monkeypatch.setattr(sequence, "_LOOK_S", 0.01)
    settings = SignSettings(name="vms-1", host="127.0.0.1", community_file=tmp_path / "c")
    return Sign(settings, agent, Clock(), emitted.append)


def command(action="show", multi="ACCIDENTE[nl]A 2 KM", **changes):
    fields = {
        "id": "command-1",
        "target": TARGET,
        "action": action,
        "issued_ms": 0,
        "expires_ms": 2**50,
        "authority": "test",
        "reason": "test",
        "multi": multi,
        "duration_min": 3,
    }
    return Command(**(fields | changes))


async def test_message_is_shown_step_by_step_and_read_back(sign, agent, emitted):
    result = await sign.carry_out(command(priority=90))
    assert (result.status, result.shows_multi) == ("confirmed", "ACCIDENTE[nl]A 2 KM")
    dead_man = ["6.12.0", "6.13.0", "6.8.0", "6.9.0"]
    row = ["5.8.1.9.3.1", "5.8.1.3.3.1", "5.8.1.4.3.1", "5.8.1.8.3.1", "5.8.1.9.3.1"]
    assert agent.log == [*row, "6.3.0", *dead_man]
    assert agent.values[f"{D}.6.12.0"] == bytes.fromhex("0700010000")
    assert agent.values[f"{D}.6.13.0"] == 2
    assert agent.values[ROW.format(8)] == 90
    (state,) = emitted
    assert state.texts == {"multi": "ACCIDENTE[nl]A 2 KM"}
    assert state.fields == {
        "is_blank": 0,
        "message_crc": message_crc(b"ACCIDENTE[nl]A 2 KM"),
        "remaining_min": 3,
        "control_mode": 4,
        "short_error_bits": 0,
    }


async def test_same_message_only_gets_more_time(sign, agent):
    await sign.carry_out(command())
    agent.log.clear()
    result = await sign.carry_out(command(duration_min=7))
    assert result.status == "confirmed"
    assert agent.log == ["6.4.0"]
    assert agent.values[f"{D}.6.4.0"] == 7


async def test_blank(sign, agent, emitted):
    await sign.carry_out(command())
    result = await sign.carry_out(command(action="blank", multi=""))
    assert (result.status, result.shows_multi) == ("confirmed", "")
    assert emitted[-1].fields["is_blank"] == 1


@pytest.mark.parametrize("action", ["show", "blank"])
async def test_local_control_is_refused(sign, agent, action):
    agent.values[f"{D}.6.1.0"] = 2
    result = await sign.carry_out(command(action=action))
    assert result.status == "refused"
    assert "local control" in result.detail
    assert "6.3.0" not in agent.log


async def test_sign_that_refuses_modify_request_is_written_all_the_same(sign, agent):
    agent.refuses_modify = True
    assert (await sign.carry_out(command())).status == "confirmed"


async def test_invalid_message_is_refused_with_the_signs_reason(sign, agent):
    agent.invalid = True
    agent.values[f"{D}.6.18.0"] = 3
    result = await sign.carry_out(command())
    assert result.status == "refused"
    assert "unsupported tag" in result.detail
    assert "6.3.0" not in agent.log


@pytest.mark.parametrize(
    ("errors", "status", "activations"),
    [([7], "confirmed", 2), ([7, 7], "refused", 2), ([3], "refused", 1)],
)
async def test_activation_is_tried_once_more_where_that_can_help(
    sign, agent, errors, status, activations
):
    agent.activate_errors = errors
    result = await sign.carry_out(command())
    assert result.status == status
    assert agent.log.count("6.3.0") == activations


async def test_face_that_shows_something_else_is_reported(sign, agent):
    agent.shows_instead = b"OTRA COSA"
    result = await sign.carry_out(command())
    assert (result.status, result.shows_multi) == ("failed", "OTRA COSA")


async def test_silent_sign_gives_no_observation_and_no_guess(sign, agent, emitted):
    agent.silent = True
    result = await sign.carry_out(command())
    assert (result.status, result.shows_multi) == ("failed", None)
    assert emitted == []
    agent.silent = False
    agent.log.clear()
    await sign.carry_out(command())
    assert agent.log[-4:-2] == ["6.12.0", "6.13.0"]  # it may be another controller now


async def test_sign_that_is_silent_to_objects_it_lacks_is_read_all_the_same(sign, agent, emitted):
    agent.silent_to = {f"{D}.6.9.0"}
    for _ in range(5):
        assert (await sign.carry_out(command())).status == "confirmed"
    assert len(emitted) == 5
    assert agent.log.count("6.12.0") == 3, "three tries: it may have been a lost packet"


async def test_sign_without_blank_memory_is_shown_an_empty_message(sign, agent):
    await sign.carry_out(command())
    agent.has_blank_memory = False
    result = await sign.carry_out(command(action="blank", multi=""))
    assert (result.status, result.shows_multi) == ("confirmed", "")
    assert agent.values[f"{D}.6.5.0"] == bytes.fromhex("03 0001 470F")


async def test_beacon_left_on_by_another_system_is_switched_off(sign, agent):
    agent.values[ROW.format(6)] = 1
    assert (await sign.carry_out(command())).status == "confirmed"
    assert (agent.values[ROW.format(6)], agent.values[ROW.format(7)]) == (0, 0)


async def test_command_that_expires_while_the_sign_validates_never_fires(sign, agent):
    agent.validating_looks = 30
    result = await sign.carry_out(command(expires_ms=Clock().now_ms() + 100))
    assert result.status == "expired"
    assert "6.3.0" not in agent.log


async def test_command_that_expires_while_the_sign_is_read_never_fires(sign, agent):
    async with sign._one_at_a_time:
        waiting = asyncio.create_task(sign.carry_out(command(expires_ms=Clock().now_ms() + 50)))
        await asyncio.sleep(0.1)
    result = await waiting
    assert (result.status, result.shows_multi) == ("expired", "")
    assert "6.3.0" not in agent.log


async def test_agent_that_sends_rubbish_is_silent_to_us():
    class Rubbish(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, address):
            self.transport.sendto(b"\x30\x82rubbish", address)

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)  # pysnmp lets its decoder's error reach the loop
    transport, _ = await loop.create_datagram_endpoint(Rubbish, local_addr=("127.0.0.1", 0))
    manager = SnmpManager(*transport.get_extra_info("sockname"), "s3cret")
    with pytest.raises(AnswerError) as caught:
        await manager.get(f"{D}.6.1.0")
    assert caught.value.reason == "silent"
    manager.close()
    transport.close()
