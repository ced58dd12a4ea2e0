"""The bench: one seeded world and the boards that measure it, on real ports."""
