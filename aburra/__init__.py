"""The front door: one command for the four programs, and `run`, which starts them all."""
