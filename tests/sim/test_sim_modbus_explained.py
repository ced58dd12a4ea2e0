"""What a Modbus board says of frames, to a technician."""

from modbus_asking import WEATHER, ask, made, request


def said(device, frame, asked=None):
    return {part.name: part.text for part in device.explain(frame, asked)}


def test_a_reply_is_explained_with_names_values_and_units():
    station = made("wn90lp", WEATHER)
    asked = bytes.fromhex("90030165 0009 88ae")
    told = said(station, ask([station], asked), asked)
    assert told["0x0165 light_lux"] == "17670 lux"
    assert told["0x0167 temperature_c"] == "26.2 °C"
    assert told["CRC"] == "60 62: correcto · right"
    told = said(station, asked)
    assert told["dirección · address"] == "357 (0x0165)"
    assert told["cantidad · count"].startswith("9 (0x0009): light_lux, uv_index")


def test_a_float_is_told_without_the_noise_of_its_bits():
    asked, reply = bytes.fromhex("01040000000271cb"), bytes.fromhex("010404436633335afa")
    assert said(made("sdm120"), reply, asked)["0x0000 voltage_v"] == "230.2 V"


def test_an_exception_is_explained_in_words():
    meter = made("sdm120")
    asked = request(1, 4, "0158 0002")
    told = said(meter, ask([meter], asked), asked)
    assert (
        told["excepción · exception"] == "2 (0x02): dirección que no existe · illegal data address"
    )
    assert "excepción a · exception to: leer registros de medida" in told["función · function"]


def test_a_wrong_checksum_is_told_with_the_right_one():
    told = said(made("sdm120"), bytes.fromhex("01040000000271ca"))
    assert told["CRC"] == "71 ca: incorrecto, debía ser · wrong, expected 71 cb"


def test_a_length_that_is_not_so_is_told():
    asked = request(1, 4, "0000 0002")
    told = said(made("sdm120"), request(1, 4, "04 4366"), asked)
    assert told["bytes"] == "4 (0x04): pero siguen · but there follow 2"
    assert told["0x0000 voltage_v"] == "43 66: parte del valor · part of it"


def test_half_a_value_bits_and_meanings_are_named():
    pole = made("smart_pole", {"people_total": 70000.0, "door_open": 1.0, "charger_state": 2.0})
    for data, name, text in [
        ("003d 0001", "0x003d people_total", "11 70: parte del valor · part of it"),
        ("003c 0002", "0x003c people_total", "70000"),
        ("0046 0001", "0x0046 charger_state", "2: cargando · charging"),
        ("0008 0001", "0x0008 reservado · reserved", "00 00"),
        (
            "0015 0001",
            "0x0015 door_is_open + camera_is_up + lamp_is_lit",
            "door_is_open = 1, camera_is_up = 0, lamp_is_lit = 1",
        ),
    ]:
        asked = request(1, 4, data)
        assert said(pole, ask([pole], asked), asked)[name] == text
    asked = request(1, 2, "0000 0003")
    told = said(pole, ask([pole], asked), asked)
    assert told["0…2"] == "lamp_lit = 1, door_open = 1, camera_up = 0"


def test_writes_are_explained_and_another_units_request_is_not_taken_for_ours():
    lamp = made("luminaire")
    told = said(lamp, request(1, 16, "1a90 0002 04 0028 0001"))
    assert told["0x1a90 level_pct"] == "40 %"
    assert told["0x1a91 on"] == "1: encendida · on"
    assert said(lamp, request(1, 6, "1a98 0005"))["0x1a98 fade_s"] == "5 s"
    told = said(lamp, request(7, 6, "1a98 0005"))
    assert told["unidad · unit"] == "7: otro equipo de la línea · another device on the line"
    assert "0x1a98 fade_s" not in told
