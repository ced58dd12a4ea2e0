"""The contract for strangers: JSON Schema, AsyncAPI and a table of kinds, derived from the types.

`python -m gateway.contract.publish docs/contract` writes all three.
"""

import sys
from collections.abc import Callable
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec
import orjson

from gateway.contract.asyncapi import MESSAGE_OF, asyncapi
from gateway.contract.kinds import KINDS, FieldRule, Kind
from gateway.contract.messages import VERSION

Json = dict[str, Any]

SCHEMA_FILE = f"aburra-v{VERSION}.schema.json"

_PYTHON_ONLY_END = r"(?!\n)"


def json_schema() -> Json:
    """Draft 2020-12; one definition per message and per kind.

    Judges as admission does, but for what no schema can say: size, time, who may speak for whom,
    and that 1.0 is no integer. Nothing in it means something else in draft 7, which AsyncAPI uses.
    """
    _, components = msgspec.json.schema_components(MESSAGE_OF.values())
    definitions = {name: _portable(schema) for name, schema in components.items()}
    definitions["Observation"] |= _rules_of_kinds(definitions["Observation"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Aburrá, contract version {VERSION}",
        "description": "Any message of the contract; its channel says which one it must be.",
        "anyOf": [{"$ref": f"#/$defs/{message.__name__}"} for message in MESSAGE_OF.values()],
        "$defs": definitions | {name: _kind_schema(kind) for name, kind in KINDS.items()},
    }


def _portable(node: Any) -> Any:
    """The same rules in words that every validator knows.

    Our patterns end in a look-ahead, because Python's `$` also matches before a final line feed;
    RE2 (Go) has none. Without it, the line feed is forbidden beside the pattern.
    """
    if isinstance(node, list):
        return [_portable(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _portable(value) for key, value in node.items()}
    pattern, description = copy.get("pattern"), copy.get("description")
    if isinstance(pattern, str):
        copy |= {"pattern": pattern.removesuffix(_PYTHON_ONLY_END), "not": {"pattern": "\\n"}}
    if isinstance(description, str):
        copy["description"] = cleandoc(description)
    return copy


def _rules_of_kinds(observation: Json) -> Json:
    """What is added to the shape of an observation: its kind must be known, and be obeyed."""
    properties = observation["properties"] | {"kind": {"enum": [*KINDS]}}
    rules = [
        {
            "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
            "then": {"$ref": f"#/$defs/{name}"},
        }
        for name in KINDS
    ]
    return {"properties": properties, "allOf": rules}


def _kind_schema(kind: Kind) -> Json:
    always = [name for name, rule in kind.fields.items() if rule.always]
    fields = {name: _field_schema(rule) for name, rule in kind.fields.items()}
    texts = {
        name: {"type": "string", "maxLength": rule.max_length, "description": rule.title}
        for name, rule in kind.texts.items()
    }
    return {
        "title": kind.title,
        "description": _times_in_words(kind),
        "type": "object",
        "properties": {
            "fields": _only(fields, required=always),
            "tags": _only({tag: {"type": "string"} for tag in kind.tags}, required=[*kind.tags]),
            "texts": _only(texts, required=[]),
        },
        "required": [*(["fields"] if always else []), *(["tags"] if kind.tags else [])],
    }


def _field_schema(rule: FieldRule) -> Json:
    return {
        "type": "number",
        "minimum": _plain(rule.low),
        "maximum": _plain(rule.high),
        "description": f"{rule.title}, {rule.unit}" if rule.unit else rule.title,
    }


def _only(properties: Json, required: list[str]) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _times_in_words(kind: Kind) -> str:
    meaning = (
        "`time_ms` is the moment of measurement."
        if kind.time == "instant"
        else "`time_ms` is the start of the interval, whose length is the field `period_s`."
    )
    dropped = "first" if kind.keep == "telemetry" else "last"
    return (
        f"{meaning} Sent about every {kind.period_s:g} s, stale after {kind.stale_after_s:g} s, "
        f"stored for {kind.retention_d} days; dropped {dropped} when a spool is full."
    )


def kinds_table() -> str:
    """Markdown: what may be measured, for reading."""
    head = (
        "# Kinds of observation\n\n"
        "What may be measured, its units and what is plausible. A value outside its range goes to\n"
        "quarantine. A field that is not known is left out, never sent as 0; **bold** fields are\n"
        "always there. Generated from `gateway/contract/kinds.toml` by\n"
        "`python -m gateway.contract.publish docs/contract`.\n"
    )
    return "\n".join([head, *(_kind_table(name, kind) for name, kind in KINDS.items())])


def _kind_table(name: str, kind: Kind) -> str:
    lines = [f"## {name}", "", kind.title, "", _times_in_words(kind), ""]
    if kind.tags:
        lines += [f"Tags, each of them always: {', '.join(f'`{tag}`' for tag in kind.tags)}.", ""]
    lines += ["| field | unit | from | to | what |", "|---|---|--:|--:|---|"]
    for field, rule in kind.fields.items():
        shown = f"**`{field}`**" if rule.always else f"`{field}`"
        low, high = _plain(rule.low), _plain(rule.high)
        lines.append(f"| {shown} | {rule.unit} | {low} | {high} | {rule.title} |")
    for text, text_rule in kind.texts.items():
        limit = f"text, at most {text_rule.max_length} characters"
        lines.append(f"| `{text}` | {limit} | | | {text_rule.title} |")
    return "\n".join([*lines, ""])


def _json_file(document: Json) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


FILES: dict[str, Callable[[], bytes]] = {
    SCHEMA_FILE: lambda: _json_file(json_schema()),
    "asyncapi.json": lambda: _json_file(asyncapi(SCHEMA_FILE)),
    "kinds.md": lambda: kinds_table().encode(),
}
"""What is published: file name and what makes it."""


def publish(directory: Path) -> None:
    """Write every file; raises `OSError`."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        directory.joinpath(name).write_bytes(make())


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program's name and one argument
        sys.exit(__doc__)
    publish(Path(sys.argv[1]))
