"""How every program reads its TOML file: all mistakes at once, before any port is opened."""

import os
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class Settings(BaseModel):
    """Base of all settings: no unknown keys, immutable, no silent conversions of text to number."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Settings)


class SettingsError(Exception):
    """Every mistake in a settings file, one line each: file, key, value, what is allowed."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load_settings(path: Path, model: type[S]) -> S:
    """Read and check a TOML file; raises `SettingsError`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise SettingsError([f"{path}: cannot be read as TOML: {reason}"]) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SettingsError([_line(path, fault) for fault in error.errors()]) from error


def _line(path: Path, fault: Any) -> str:
    key = ""
    for part in fault["loc"]:
        key += f"[{part}]" if isinstance(part, int) else f".{part}"
    value = "" if fault["type"] == "missing" else f" = {str(fault['input'])[:60]!r}"
    return f"{path}: {key.lstrip('.') or 'file'}{value}: {fault['msg']}"
