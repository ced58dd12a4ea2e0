"""From MQTT to the store and the live engines; what is refused goes to quarantine."""
