"""What requests hold: declared once, used to read them and to describe them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

from services.gateway.api.problems import Problem, Refused, refuse

# What a request may hold is told by the same words that read it: JSON Schema has its patterns from JavaScript, and they
# mean the same to Python where they match as a whole.
# NUL is refused by PostgreSQL; the other controls mean nothing in a line of text.
PLAIN = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]*$"
BYTES_DIGITS_MAX = 18
_NOT_PLAIN = "must not hold control characters or broken Unicode"


@dataclasses.dataclass(frozen=True)
class Text:
    """A member of a body, or a parameter, that is text."""

    name: str
    summary: str
    required: bool = False
    length_min: int = 0
    length_max: int = 500
    options: tuple[str, ...] = ()
    shared: str = ""
    """Name of its options in the document, so that a client has one type for all places that take them."""
    pattern: str = PLAIN
    fault: str = _NOT_PLAIN
    """What is said of a text that is not of the pattern."""
    reason: str = ""
    """A service's own word for that fault, where it has one."""
    example: str = ""

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        if self.shared:
            return {"$ref": f"#/components/schemas/{self.shared}"}
        return self.own_schema()

    def own_schema(self) -> dict[str, object]:
        """As JSON Schema that stands alone."""
        if self.options:
            return {"type": "string", "enum": list(self.options), "description": self.summary}
        return {
            "type": "string",
            "description": self.summary,
            "minLength": self.length_min,
            "maxLength": self.length_max,
            "pattern": self.pattern,
        }

    def told_example(self) -> str:
        """One that could be sent."""
        return self.example or self.options[0]

    def read(self, value: object) -> str:
        """The text. Raises Refused."""
        if not isinstance(value, str):
            raise _unfit(self.name, "must be text")
        if not self.length_min <= len(value) <= self.length_max:
            raise _unfit(self.name, f"must have {self.length_min} to {self.length_max} characters")
        if self.options and value not in self.options:
            raise _unfit(self.name, f"must be one of {', '.join(self.options)}")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise _unfit(self.name, _NOT_PLAIN)
        if not self.options and not re.fullmatch(self.pattern, value):
            raise _unfit(self.name, self.fault, self.reason)
        return value


@dataclasses.dataclass(frozen=True)
class Whole:
    """A member of a body that is a whole number."""

    name: str
    summary: str
    least: int
    most: int
    required: bool = False

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        return {"type": "integer", "description": self.summary, "minimum": self.least, "maximum": self.most}

    def read(self, value: object) -> int:
        """The number. Raises Refused."""
        # 3600.0 is a whole number to JSON Schema, and to languages that know no other.
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not isinstance(value, int | float) or not is_whole:
            raise _unfit(self.name, "must be a whole number")
        if not self.least <= value <= self.most:
            raise _unfit(self.name, f"must be {self.least} to {self.most}")
        return int(value)


@dataclasses.dataclass(frozen=True)
class Texts:
    """A member of a body that is a list of texts."""

    name: str
    summary: str
    each: Text
    most: int
    required: bool = False

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        return {
            "type": "array",
            "description": self.summary,
            "items": self.each.json_schema(),
            "maxItems": self.most,
        }

    def read(self, value: object) -> list[str]:
        """The texts. Raises Refused."""
        if not isinstance(value, list) or len(value) > self.most:
            raise _unfit(self.name, f"must be a list of at most {self.most} texts")
        return [self.each.read(item) for item in value]


@dataclasses.dataclass(frozen=True)
class JsonObject:
    """A member of a body that is an object of its sender's own, of which nothing is known here but its size."""

    name: str
    summary: str
    bytes_max: int
    required: bool = False

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        return {"type": "object", "description": self.summary, "additionalProperties": True}

    def read(self, value: object) -> str:
        """The object as JSON, in ASCII. Raises Refused."""
        if not isinstance(value, dict):
            raise _unfit(self.name, "must be an object")
        try:
            text = json.dumps(value, allow_nan=False, separators=(",", ":"))
            size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
        except (ValueError, RecursionError) as error:
            raise _unfit(self.name, "holds what JSON cannot hold") from error
        if size > self.bytes_max:
            raise _unfit(self.name, f"must have at most {self.bytes_max} bytes")
        return text


@dataclasses.dataclass(frozen=True)
class YesNo:
    """A member of a body that is true or false; absent is false."""

    name: str
    summary: str
    required: bool = False

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        return {"type": "boolean", "description": self.summary}

    def read(self, value: object) -> bool:
        """Which. Raises Refused."""
        if not isinstance(value, bool):
            raise _unfit(self.name, "must be true or false")
        return value


Member = Text | Whole | Texts | YesNo | JsonObject


@dataclasses.dataclass(frozen=True)
class Body:
    """A JSON object of declared members."""

    name: str
    summary: str
    members: tuple[Member, ...]
    example: Mapping[str, object]

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        return {
            "type": "object",
            "description": self.summary,
            "properties": {member.name: _member_schema(member) for member in self.members},
            "required": [member.name for member in self.members if member.required],
            "additionalProperties": False,
        }

    def read(self, data: bytes) -> Mapping[str, Any]:
        """The members that were given; a null is as good as absent. Raises Refused."""
        try:
            value = json.loads(data or b"{}")
        except (ValueError, RecursionError) as error:
            raise refuse(400, "MALFORMED_JSON", "The body is not a JSON document.") from error
        if not isinstance(value, dict):
            raise refuse(400, "MALFORMED_JSON", "The body is not a JSON object.")
        known = {member.name: member for member in self.members}
        for name in value:
            if name not in known:
                raise _unfit(str(name)[:40], "is not a member of this body")
        given = {name: known[name].read(item) for name, item in value.items() if item is not None}
        for member in self.members:
            if member.required and member.name not in given:
                raise _unfit(member.name, "is missing")
        return given


def _member_schema(member: Member) -> dict[str, object]:
    schema = member.json_schema()
    if member.required:
        return schema
    # Absent and null are the same, for the sake of clients that write every member.
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}], "description": member.summary}
    return {**schema, "type": [schema["type"], "null"]}


@dataclasses.dataclass(frozen=True)
class Header:
    """A header that HTTP knows, or that may be anything: what it cannot mean is as good as absent, or names nothing."""

    name: str
    summary: str
    example: str
    required: bool = False

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        return {"type": "string"}

    def told_example(self) -> str:
        """One that could be sent."""
        return self.example


@dataclasses.dataclass(frozen=True)
class Bytes:
    """A header that is a number of bytes."""

    name: str
    summary: str
    example: int
    required: bool = True

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        return {"type": "integer", "format": "int64", "minimum": 0, "maximum": 10**BYTES_DIGITS_MAX - 1}

    def told_example(self) -> int:
        """One that could be sent."""
        return self.example


@dataclasses.dataclass(frozen=True)
class Number:
    """A query parameter that is a whole number."""

    name: str
    summary: str
    least: int
    most: int
    default: int

    def json_schema(self) -> dict[str, object]:
        """As JSON Schema."""
        return {
            "type": "integer",
            "description": self.summary,
            "minimum": self.least,
            "maximum": self.most,
            "default": self.default,
        }

    def told_example(self) -> int:
        """One that could be sent."""
        return self.default

    def read(self, value: str) -> int:
        """The number. Raises Refused."""
        if not (value.isascii() and value.isdigit() and len(value) < 12):
            raise refuse(400, "MALFORMED_QUERY", f"{self.name} must be a whole number.")
        if not self.least <= int(value) <= self.most:
            raise _unfit(self.name, f"must be {self.least} to {self.most}")
        return int(value)


def _unfit(name: str, fault: str, reason: str = "") -> Refused:
    plain = name.encode("ascii", "replace").decode()
    problem = Problem(422, "INVALID_FIELD", f"{plain} {fault}.", facts={"field": plain})
    return Refused(dataclasses.replace(problem, reason=reason) if reason else problem)
