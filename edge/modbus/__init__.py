"""Modbus RTU: a master of our own, and devices described as register tables."""
