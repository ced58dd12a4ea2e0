"""`aburra broker`: an MQTT broker with nothing to install (rumqttd inside the iotcore package).

For one machine and for tests; a city runs Mosquitto (see deploy/).
"""

import logging
import sys
from typing import Annotated

import typer

from gateway.contract.codec import MAX_BYTES


def broker(
    port: Annotated[int, typer.Option(min=1, max=65535, help="TCP port.")] = 1883,
    listen: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve MQTT 3.1.1 until killed; keeps nothing on disk."""
    from iotcore import IotCoreBroker  # noqa: PLC0415 - only the demo installs it

    # rumqttd opens an error-level span for every packet; iotcore hands them to Python's logging.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    try:
        # Room for the topic beside the payload: what the contract allows must not be cut here.
        native = IotCoreBroker(listen=listen, port=port, max_payload_size=2 * MAX_BYTES)
        native.check_ports()
    except OSError as error:
        sys.stderr.write(f"{listen}:{port} can't be used: {error}; choose another with --port\n")
        raise typer.Exit(1) from error
    native.run_forever()
