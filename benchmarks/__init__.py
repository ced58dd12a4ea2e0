"""How much the bench bears: `python -m benchmarks`."""
