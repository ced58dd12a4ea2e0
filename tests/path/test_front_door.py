"""The front door without a room's libraries: it says which extra to install, and nothing else."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
sys.argv = ["aburra", *{arguments!r}]
from aburra.cli import app
app()
"""


def run(absent, *arguments):
    code = WITHOUT.format(absent=absent, arguments=list(arguments))
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("program", "absent", "extra"),
    [("run", "aiohttp", "run"), ("edge", "serialx", "edge"), ("sim", "aiohttp", "sim")],
)
def test_a_missing_library_is_named_with_its_extra(tmp_path, program, absent, extra):
    settings = tmp_path / "settings.toml"
    settings.write_text(f'municipality = "a"\nsite = "b"\ntitle = "c"\ndata_dir = "{tmp_path}/d"\n')
    arguments = [program] if program in ("run", "sim") else [program, str(settings)]
    ended = run([absent], *arguments)
    assert ended.returncode == 2, ended.stderr
    assert f"aburra[{extra}]" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_program_shows_the_known_ones():
    ended = run([], "nope")
    assert ended.returncode == 2
    assert "no program 'nope'" in ended.stderr
    assert "gateway" in ended.stderr
