"""Points as InfluxDB line protocol: `kind,tags fields time`, time in milliseconds.

https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
Numbers are always floats and names never change their type, so a batch can't be refused for a
conflict that this house made. Every line has `good` (1.0 without reasons against it, else 0.0):
what every point has can be counted.
"""

from control_center.store.protocol import Point

PLACE = ("municipality", "site", "device")

GOOD = "good"
QUALITY = "quality"

_TAG_ESCAPES = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_TEXT_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\"})


def line_of(point: Point) -> str:
    """One line without its line feed. The point must have passed `protocol.fault_of`."""
    tags = f"municipality={point.municipality},site={point.site},device={point.device}"
    for name in sorted(point.tags):
        tags += f",{name}={point.tags[name].translate(_TAG_ESCAPES)}"
    fields = f"{GOOD}={'0.0' if point.quality else '1.0'}"
    for name, number in point.fields.items():
        fields += f",{name}={float(number)!r}"
    for name, text in point.texts.items():
        fields += f',{name}="{text.translate(_TEXT_ESCAPES)}"'
    if point.quality:
        fields += f',{QUALITY}="{",".join(point.quality).translate(_TEXT_ESCAPES)}"'
    return f"{point.kind},{tags} {fields} {point.time_ms}"
