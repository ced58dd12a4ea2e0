"""Whoever looks at a sign's datagrams on the page finds no secret in them."""

import random
from pathlib import Path

import pytest

from firmware_sim.faults.switches import Fault
from firmware_sim.rig.rig import Rig
from firmware_sim.rig.sign import SignTarget
from firmware_sim.scenario.load import load_scenario

SECRET = b"u7Yq-0ab_cdEfGhIjKlMnOpQ"
GET = b"\x30\x40\x02\x01\x01\x04\x18" + SECRET + bytes(36)


@pytest.fixture
def sign() -> SignTarget:
    rig = Rig(load_scenario(Path("demo")), seed=7, start_ms=0, now_s=0.0, kept={})
    sign = rig.cabinets["medellin/av-regional"].signs["vms-1"]
    sign.secrets = (b"another", SECRET)
    return sign


def test_what_comes_and_goes_is_kept_without_the_community(sign):
    assert sign.incoming(GET, 1.0) == GET
    assert sign.outgoing(GET, 1.0) == [(0.0, GET)]
    twice = GET + SECRET
    sign.incoming(twice, 2.0)
    for frame, sent in zip(sign.log.frames, (GET, GET, twice), strict=True):
        assert frame.data == sent.replace(SECRET, b"*" * len(SECRET))


@pytest.mark.parametrize("name", ["bit-flips", "truncated"])
@pytest.mark.parametrize("seed", range(20))
def test_a_spoiled_datagram_shows_no_part_of_it_either(sign, name, seed):
    sign.switches.switch_on(Fault(name, amount=30 if name == "bit-flips" else None))
    sign.switches.dice.seed(seed)
    sign.outgoing(GET, 1.0)
    (frame,) = sign.log.frames
    at = GET.index(SECRET)
    shown = frame.data[at : at + len(SECRET)]
    assert shown == b"*" * len(shown)


def test_a_wrong_community_is_shown_for_who_looks_for_the_mistake(sign):
    wrong = GET.replace(SECRET, random.Random(1).randbytes(len(SECRET)))
    sign.incoming(wrong, 1.0)
    assert sign.log.frames[-1].data == wrong
