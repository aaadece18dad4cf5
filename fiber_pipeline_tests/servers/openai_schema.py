"""Whether a JSON schema is one that OpenAI's structured outputs accept in strict mode.

After the rules of its guide to structured outputs: objects name every property as required and allow no others, the
root is an object and no union, only part of JSON Schema's words are known, and size and depth are bounded.
"""

from collections.abc import Iterator
from typing import Any

_WORDS = frozenset(
    [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "description",
        "title",
        "anyOf",
        "$ref",
        "$defs",
        "definitions",
        "pattern",
        "format",
        "multipleOf",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minItems",
        "maxItems",
    ]
)
_TYPES = frozenset({"string", "number", "boolean", "integer", "object", "array", "null"})
_MOST_PROPERTIES, _MOST_DEPTH, _MOST_ENUM, _MOST_CHARACTERS = 5000, 10, 1000, 120_000


def schema_problem(name: str, schema: Any) -> str | None:
    """What the service would say is wrong with a strict schema, or None."""
    problem = next(_problems(schema, (), 0), None)
    if problem is None and isinstance(schema, dict):
        if schema.get("type") != "object" or "anyOf" in schema:
            problem = "schema must be a JSON Schema of 'type: \"object\"'"
        else:
            problem = _size_problem(schema)
    return None if problem is None else f"Invalid schema for response_format '{name}': {problem}"


def _problems(schema: Any, context: tuple[str, ...], depth: int) -> Iterator[str]:
    place = f"In context={context!r}, "
    if not isinstance(schema, dict):
        yield place + "schema must be an object."
        return
    if depth > _MOST_DEPTH:
        yield f"schema exceeds the maximum of {_MOST_DEPTH} levels of nesting."
    for word in schema.keys() - _WORDS:
        yield place + f"'{word}' is not permitted."
    kinds = schema.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind not in _TYPES:
            yield place + f"'{kind}' is not a type."
    if not schema.keys() & {"type", "anyOf", "$ref", "enum", "const"}:
        yield place + "schema must have a 'type' key."
    if "object" in kinds:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            yield place + "'additionalProperties' is required to be supplied and to be false."
        if set(schema.get("required", ())) != set(properties):
            yield place + "'required' is required to be supplied and to be an array including every key in properties."
        for name, inner in properties.items():
            yield from _problems(inner, (*context, "properties", name), depth + 1)
    if "array" in kinds:
        if "items" not in schema:
            yield place + "array schema missing items."
        else:
            yield from _problems(schema["items"], (*context, "items"), depth + 1)
    for place_, inner in enumerate(schema.get("anyOf", ())):
        yield from _problems(inner, (*context, "anyOf", str(place_)), depth)
    for key in ("$defs", "definitions"):
        for name, inner in schema.get(key, {}).items():
            yield from _problems(inner, (*context, key, name), depth)


def _size_problem(schema: dict[str, Any]) -> str | None:
    properties = values = characters = 0
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            for name in part.get("properties", {}):
                properties, characters = properties + 1, characters + len(name)
            for value in part.get("enum", ()):
                values, characters = values + 1, characters + len(str(value))
            waiting.extend(part.values())
    if properties > _MOST_PROPERTIES:
        return f"schema exceeds the maximum of {_MOST_PROPERTIES} properties."
    if values > _MOST_ENUM:
        return f"schema exceeds the maximum of {_MOST_ENUM} enum values."
    if characters > _MOST_CHARACTERS:
        return f"schema exceeds the maximum of {_MOST_CHARACTERS} characters of names and values."
    return None
