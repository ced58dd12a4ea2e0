"""Wavetronix SmartSensor HD (SS125), as its own protocol shows it on a serial line."""
