"""A run that is closed whatever happens."""

import pytest
from demo_run import DemoRun


@pytest.fixture
def start(tmp_path):
    runs = []

    def _start(*options: str, by_make: bool = False) -> DemoRun:
        directory = tmp_path / f"run-{len(runs)}"
        directory.mkdir()
        runs.append(DemoRun(directory, *options, by_make=by_make))
        return runs[-1]

    yield _start
    for run in runs:
        run.close()
