"""Modbus over a serial line or TCP, and devices described as register tables."""
