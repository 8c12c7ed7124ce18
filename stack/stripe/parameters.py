"""A request's parameters, read as what they should be; each refusal names the parameter as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stack.stripe import failures, forms

_METADATA_KEYS_MAX = 50
_METADATA_KEY_MAX = 40
_METADATA_VALUE_MAX = 500
_INTEGER_DIGITS_MAX = 15


class Parameters:
    """Parameters by name. An empty text unsets, so it reads as absent and `has` tells it from left out."""

    def __init__(self, values: Mapping[str, forms.Value], inside: str = "") -> None:
        self._values = values
        self._inside = inside

    def full_name(self, name: str) -> str:
        """The name as the request wrote it."""
        return f"{self._inside}[{name}]" if self._inside else name

    def has(self, name: str) -> bool:
        """Whether the request names it at all."""
        return name in self._values

    def names(self) -> Iterable[str]:
        """The names given."""
        return self._values.keys()

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Refuse every parameter that is not among these."""
        for name in self._values:
            if name not in known:
                raise failures.parameter_unknown(self.full_name(name))

    def text(self, name: str) -> str | None:
        """A text, or None."""
        value = self._values.get(name, "")
        if not isinstance(value, str):
            raise failures.parameter_invalid(self.full_name(name), f"Invalid string: {self.full_name(name)}")
        if len(value) > 5000 or "\x00" in value:
            raise failures.parameter_invalid(self.full_name(name), f"Invalid string: {self.full_name(name)}")
        return value or None

    def required(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if value is None:
            raise failures.parameter_missing(self.full_name(name))
        return value

    def integer(self, name: str, *, at_least: int | None = None, at_most: int | None = None) -> int | None:
        """An integer within these bounds, or None."""
        value = self.text(name)
        if value is None:
            return None
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _INTEGER_DIGITS_MAX):
            message = f"Invalid integer: {value[:40]}"
            raise failures.parameter_invalid(self.full_name(name), message, "parameter_invalid_integer")
        number = int(value)
        if at_least is not None and number < at_least:
            message = f"This value must be greater than or equal to {at_least}."
            raise failures.parameter_invalid(self.full_name(name), message, "parameter_invalid_integer")
        if at_most is not None and number > at_most:
            message = f"This value must be less than or equal to {at_most}."
            raise failures.parameter_invalid(self.full_name(name), message, "parameter_invalid_integer")
        return number

    def flag(self, name: str) -> bool | None:
        """True or false, or None."""
        value = self.text(name)
        if value is None:
            return None
        if value not in {"true", "false"}:
            raise failures.parameter_invalid(self.full_name(name), f"Invalid boolean: {value[:40]}")
        return value == "true"

    def choice(self, name: str, options: Iterable[str]) -> str | None:
        """One of these words, or None."""
        value = self.text(name)
        words = list(options)
        if value is not None and value not in words:
            message = f"Invalid {self.full_name(name)}: must be one of {', '.join(words[:-1])}, or {words[-1]}"
            raise failures.parameter_invalid(self.full_name(name), message)
        return value

    def group(self, name: str) -> Parameters:
        """The parameters inside this one; none when it is absent."""
        value = self._values.get(name, {})
        if value == "":
            value = {}
        if not isinstance(value, dict):
            raise failures.parameter_invalid(self.full_name(name), "Invalid object")
        return Parameters(value, self.full_name(name))

    def groups(self, name: str) -> list[Parameters]:
        """The members of a list of objects."""
        made = []
        for place, value in enumerate(self._members(name)):
            inside = f"{self.full_name(name)}[{place}]"
            if not isinstance(value, dict):
                raise failures.parameter_invalid(inside, "Invalid object")
            made.append(Parameters(value, inside))
        return made

    def words(self, name: str) -> list[str]:
        """The members of a list of texts."""
        found = []
        for value in self._members(name):
            if not isinstance(value, str):
                raise failures.parameter_invalid(self.full_name(name), "Invalid string")
            found.append(value)
        return found

    def metadata(self, present: Mapping[str, str] | None = None) -> dict[str, str]:
        """The metadata after this request: what was, with the given names set, or removed where empty."""
        if self._values.get("metadata") == "":
            return {}
        kept = dict(present or {})
        group = self.group("metadata")
        for name in group.names():
            if len(name) > _METADATA_KEY_MAX:
                raise failures.parameter_invalid(
                    "metadata", f"Metadata keys have at most {_METADATA_KEY_MAX} characters."
                )
            value = group.text(name)
            if value is None:
                kept.pop(name, None)
            elif len(value) > _METADATA_VALUE_MAX:
                message = f"Metadata values can have up to {_METADATA_VALUE_MAX} characters"
                raise failures.parameter_invalid(group.full_name(name), message)
            else:
                kept[name] = value
        if len(kept) > _METADATA_KEYS_MAX:
            raise failures.parameter_invalid("metadata", f"You can have up to {_METADATA_KEYS_MAX} metadata keys.")
        return kept

    def _members(self, name: str) -> list[forms.Value]:
        try:
            return forms.members(self._values.get(name, ""))
        except forms.FormMalformed as error:
            raise failures.parameter_invalid(self.full_name(name), str(error)) from error
