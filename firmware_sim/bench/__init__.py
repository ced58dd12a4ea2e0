"""A running bench: a rig's lines and signs on real ports, in time, with its page."""
