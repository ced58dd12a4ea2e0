"""`python -m aburra`."""

from aburra.cli import app

app()
