"""Serial lines: one owner per port, and who is asked when."""
