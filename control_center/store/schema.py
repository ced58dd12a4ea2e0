# ruff: noqa: S608 - names come from our own table of kinds; values are always bound.
"""The embedded store's tables, derived from the table of kinds: SQL as text, no I/O.

One table per kind. Its primary key is the point's name, so a repeated point finds its place taken;
the rows lie in the key's order, so one device's series is read in one sweep. The index on time
holds the key as well (SQLite puts it there in a table WITHOUT ROWID), so counting and retention
never touch the rows.
"""

from gateway.contract.kinds import KINDS, Kind

PLACE = ("municipality", "site", "device")


def key_columns(kind: Kind) -> tuple[str, ...]:
    """The columns that name a point within its kind."""
    return (*PLACE, *sorted(kind.tags), "time_ms")


def value_columns(kind: Kind) -> dict[str, str]:
    """The other columns and their SQL types."""
    fields = dict.fromkeys(kind.fields, "REAL")
    texts = dict.fromkeys(kind.texts, "TEXT")
    return {**fields, **texts, "quality": "TEXT"}


def create_statements(name: str, kind: Kind) -> tuple[str, str]:
    """The table and its index on time."""
    keys = key_columns(kind)
    columns = [f'"{c}" {"INTEGER" if c == "time_ms" else "TEXT"} NOT NULL' for c in keys]
    columns += [f'"{c}" {sql_type}' for c, sql_type in value_columns(kind).items()]
    table = (
        f'CREATE TABLE IF NOT EXISTS "{name}" '
        f"({', '.join(columns)}, PRIMARY KEY ({_listed(keys)})) WITHOUT ROWID"
    )
    index = f'CREATE INDEX IF NOT EXISTS "{name}_by_time" ON "{name}" (time_ms)'
    return table, index


def add_column_statement(name: str, column: str) -> str:
    return f'ALTER TABLE "{name}" ADD COLUMN "{column}" {value_columns(KINDS[name])[column]}'


def insert_statement(name: str, kind: Kind) -> str:
    """The first value of a key stays."""
    columns = (*key_columns(kind), *value_columns(kind))
    marks = ", ".join("?" * len(columns))
    return f'INSERT OR IGNORE INTO "{name}" ({_listed(columns)}) VALUES ({marks})'


def count_statement(name: str) -> str:
    """Parameters: since_ms, until_ms."""
    place = _listed(PLACE)
    return (
        f"SELECT {place}, time_ms / 60000 * 60000, count(*) "
        f'FROM "{name}" WHERE time_ms >= ? AND time_ms < ? GROUP BY {place}, 4'
    )


def series_statement(name: str, field: str, tags: tuple[str, ...]) -> str:
    """Parameters: municipality, site, device, the tags' values, since_ms, until_ms."""
    if field not in KINDS[name].fields:
        raise KeyError(field)
    conditions = " AND ".join(f'"{c}" = ?' for c in (*PLACE, *tags))
    return (
        f'SELECT time_ms, "{field}" FROM "{name}" WHERE {conditions} '
        f'AND time_ms >= ? AND time_ms < ? AND "{field}" IS NOT NULL ORDER BY time_ms'
    )


def expire_statement(name: str, kind: Kind) -> str:
    """Delete the oldest points; parameters: older than (UTC ms), at most how many."""
    keys = _listed(key_columns(kind))
    return (
        f'DELETE FROM "{name}" WHERE ({keys}) IN '
        f'(SELECT {keys} FROM "{name}" WHERE time_ms < ? ORDER BY time_ms LIMIT ?)'
    )


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{c}"' for c in columns)
