"""The few shapes that answers are built of, as JSON Schema that generators of clients understand.

Whole numbers are 64 bits wide and others double, or a Kotlin client overflows at 2 GiB and 12 hours of samples. A named
enumeration becomes one type of a client, and an unnamed one a type for each place that it stands in.
"""

from __future__ import annotations

Schema = dict[str, object]

DEPTH_BITS: Schema = {
    "type": "integer",
    "minimum": 16,
    "maximum": 24,
    "multipleOf": 8,
    "description": "Bits of a sample, 16 or 24.",
}


def text(description: str, **more: object) -> Schema:
    """A text."""
    return {"type": "string", "description": description, **more}


def texts(description: str) -> Schema:
    """A list of texts."""
    return {"type": "array", "items": {"type": "string"}, "description": description}


def moment(description: str) -> Schema:
    """A moment, RFC 3339 with milliseconds, in UTC."""
    return {"type": "string", "format": "date-time", "description": description}


def count(description: str, **more: object) -> Schema:
    """A whole number from 0 on."""
    return {"type": "integer", "format": "int64", "minimum": 0, "description": description, **more}


def number(description: str, **more: object) -> Schema:
    """Any number."""
    return {"type": "number", "format": "double", "description": description, **more}


def seconds(description: str) -> Schema:
    """A length of time."""
    return number(description, minimum=0)


def share(description: str) -> Schema:
    """A part of one."""
    return number(description, minimum=0, maximum=1)


def yes_no(description: str) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": description}


def one_of(description: str, *values: str) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": list(values), "description": description}


def of(name: str) -> Schema:
    """A schema of the document, by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(name: str, description: str) -> Schema:
    """A list of these."""
    return {"type": "array", "items": of(name), "description": description}


def or_null(schema: Schema, description: str = "") -> Schema:
    """It, or null: as a second type, or beside a named schema, which has no room for one."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}], "description": description}
    return {**schema, "type": [schema["type"], "null"]}


def structure(description: str, *optional: str, **members: Schema) -> Schema:
    """An object of these members and no others; those not named as optional are always there."""
    return {
        "type": "object",
        "description": description,
        "properties": members,
        "required": [name for name in members if name not in optional],
        "additionalProperties": False,
    }
