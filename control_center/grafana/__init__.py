"""Grafana: the dashboard made from the table of kinds, and annotations of what signs showed."""
