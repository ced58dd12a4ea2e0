"""Plantower PMS5003 particulate sensors."""
