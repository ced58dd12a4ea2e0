from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.boards.pms5003 import Pms5003, frame
from firmware_sim.world.air import Particles

PASSIVE = bytes.fromhex("424DE100000170")
ACTIVE = bytes.fromhex("424DE100010171")
READ = bytes.fromhex("424DE200000171")
SLEEP = bytes.fromhex("424DE400000173")
WAKE = bytes.fromhex("424DE400010174")


def board(pm25: float = 20.0) -> Pms5003:
    return Pms5003(lambda _: Particles(pm25 * 0.6, pm25, pm25 * 1.5))


def test_frame_is_the_golden_one():
    golden = "424d001c0000000800080000000800 0800d20046002d001e00000000970002c5".replace(" ", "")
    masses = Particles(0, 8, 8)
    assert frame(masses, masses, (210, 70, 45, 30, 0, 0)) == bytes.fromhex(golden)


def test_active_sensor_pushes_atmospheric_values():
    sensor = board()
    pushed = sensor.push(0.0)
    assert len(pushed) == 32
    assert sensor.receive(READ, 0.5) == b""  # it speaks when it wants to
    assert [int.from_bytes(pushed[at : at + 2], "big") for at in (10, 12, 14)] == [12, 20, 30]
    assert int.from_bytes(pushed[30:], "big") == sum(pushed[:30])


def test_counts_fall_with_size():
    pushed = board(50.0).push(0.0)
    counts = [int.from_bytes(pushed[at : at + 2], "big") for at in range(16, 28, 2)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0


def test_passive_sensor_speaks_when_asked():
    sensor = board()
    assert sensor.receive(PASSIVE, 0.0) == bytes.fromhex("424D0004E1000174")
    assert sensor.push(1.0) == b""
    assert len(sensor.receive(READ, 1.5)) == 32
    assert sensor.receive(ACTIVE, 2.0) == bytes.fromhex("424D0004E1010175")
    assert len(sensor.push(3.0)) == 32


def test_sleeping_sensor_hears_only_the_wake_command():
    sensor = board()
    assert sensor.receive(SLEEP, 0.0) == bytes.fromhex("424D0004E4000177")
    assert sensor.push(1.0) == b""
    assert sensor.receive(PASSIVE + READ, 1.5) == b""
    assert sensor.receive(WAKE, 2.0) == bytes.fromhex("424D0004E4010178")
    assert len(sensor.push(3.0)) == 32


def test_command_with_wrong_checksum_is_ignored():
    sensor = board()
    assert sensor.receive(PASSIVE[:-1] + b"\x71", 0.0) == b""
    assert len(sensor.push(1.0)) == 32


def test_command_is_found_in_pieces_after_garbage():
    sensor = board()
    answers = [sensor.receive(bytes((byte,)), 0.0) for byte in b"\x42\x42\x4d\x42" + PASSIVE]
    assert answers[-1] == bytes.fromhex("424D0004E1000174")


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([PASSIVE, READ, SLEEP, WAKE]))))
def test_any_bytes_leave_a_sensor_that_wakes(pieces):
    sensor = board()
    for piece in pieces:
        answer = sensor.receive(piece, 0.0)
        assert not answer or answer.startswith(b"\x42\x4d")
        assert len(sensor._buffer) < 7
    sensor.quiet(0.0)
    sensor.receive(WAKE + ACTIVE, 0.0)
    assert len(sensor.push(1.0)) == 32
