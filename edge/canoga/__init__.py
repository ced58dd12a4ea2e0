"""Canoga inductive loop cards."""
