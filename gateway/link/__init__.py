"""The crossing: one MQTT connection that comes back by itself."""
