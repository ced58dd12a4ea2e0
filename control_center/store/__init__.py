"""Where the centre keeps points: one protocol, an embedded store and InfluxDB."""

from pathlib import Path

from control_center.store.protocol import Store
from control_center.store.settings import StoreSettings


def open_store(settings: StoreSettings, data_dir: Path) -> Store:
    """The store the settings name; nothing is touched before its `open()`."""
    if settings.type == "influx":
        # aiohttp costs start-up time that a centre with the embedded store need not pay.
        from control_center.store.influx import InfluxStore  # noqa: PLC0415

        return InfluxStore(settings)
    from control_center.store.embedded import EmbeddedStore  # noqa: PLC0415

    return EmbeddedStore(data_dir / "store.sqlite")
