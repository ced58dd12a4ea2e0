"""What a bench leaves on disk: where its boards are reached, its secrets, and what boards keep
through a power failure. One bench at a time owns a run directory.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any


class RunDirectoryError(Exception):
    """The directory cannot be used; says which and what to do."""


class RunDirectory:
    def __init__(self, path: Path) -> None:
        """Raises `RunDirectoryError`."""
        self.path = path.absolute()
        self._links: list[Path] = []
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # The lock lasts as long as the file is open, so it outlives no crash.
            self._lock = (self.path / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise RunDirectoryError(
                f"{path}: another bench runs in this directory; stop it or choose another --run-dir"
            ) from error
        except OSError as error:
            raise RunDirectoryError(
                f"{path}: {error.strerror}; choose a --run-dir you may write to"
            ) from error

    def close(self) -> None:
        (self.path / "bench.json").unlink(missing_ok=True)
        for link in self._links:
            link.unlink(missing_ok=True)
        self._lock.close()

    def link(self, cabinet: str, line: str) -> Callable[[Path | None], Path]:
        """A stable name for a pseudo-terminal that may come and go: it is told where the name leads
        now, nowhere for None, and says the name.
        """
        folder = self._folder(cabinet)
        link, fresh = folder / line, folder / f".{line}.new"
        self._links.append(link)

        def lead_to(target: Path | None) -> Path:
            fresh.unlink(missing_ok=True)
            if target is None:
                link.unlink(missing_ok=True)
            else:
                fresh.symlink_to(target)
                fresh.replace(link)
            return link

        return lead_to

    def secret(self, cabinet: str, name: str) -> tuple[Path, str]:
        """A file only its owner can read, and the secret in it, made at the first start."""
        path = self._folder(cabinet) / name
        if not path.exists():
            self._write(path, secrets.token_urlsafe(18) + "\n")
        return path, path.read_text(encoding="ascii").strip()

    def snmp_conf(self, cabinet: str, sign: str, user: str) -> tuple[Path, str, str]:
        """A folder whose snmp.conf lets net-snmp's tools speak SNMPv3 to a sign, without a secret
        on a command line (`SNMPCONFPATH=FOLDER snmpwalk …`); and the two pass phrases in it.
        """
        folder = self._folder(f"{cabinet}/{sign}.snmp")
        _, authentication = self.secret(cabinet, f"{sign}.authentication")
        _, privacy = self.secret(cabinet, f"{sign}.privacy")
        text = (
            f"mibs :\ndefVersion 3\ndefSecurityName {user}\ndefSecurityLevel authPriv\n"
            f"defAuthType SHA\ndefAuthPassphrase {authentication}\n"
            f"defPrivType AES\ndefPrivPassphrase {privacy}\n"
        )
        self._write(folder / "snmp.conf", text)
        return folder, authentication, privacy

    def read_json(self, name: str) -> dict[str, Any]:
        """What was written under this name, or nothing. A damaged file counts as nothing."""
        try:
            data = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
            return {}
        return data if isinstance(data, dict) else {}

    def write_json(self, name: str, data: dict[str, Any]) -> None:
        self._write(self.path / name, json.dumps(data, indent=2) + "\n")

    def _folder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _write(self, path: Path, text: str) -> None:
        """All at once, so that nobody reads half of it."""
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
