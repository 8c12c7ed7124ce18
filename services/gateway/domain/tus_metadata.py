"""The Upload-Metadata header of tus 1.0: `name base64value, flag, ...`."""

from __future__ import annotations

import base64
import binascii
import re

from services.gateway.domain.errors import MetadataMalformed

HEADER_CHARACTERS_MAX = 4096
_NAME = re.compile(r"[!-+\--~]+")


def parse_metadata(header: str) -> dict[str, str]:
    """Names and decoded values; a name without a value has "". Raises MetadataMalformed."""
    if len(header) > HEADER_CHARACTERS_MAX:
        raise MetadataMalformed("Upload-Metadata is too long.")
    pairs: dict[str, str] = {}
    for item in header.split(","):
        name, _, value = item.strip(" ").partition(" ")
        if not name:
            if item.strip(" ") or header.strip(" "):
                raise MetadataMalformed("Upload-Metadata holds an empty name.")
            continue
        if not _NAME.fullmatch(name):
            raise MetadataMalformed("Upload-Metadata holds a name that is not visible ASCII.")
        if name in pairs:
            raise MetadataMalformed("Upload-Metadata names something twice.")
        try:
            pairs[name] = base64.b64decode(value.strip(" "), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as error:
            raise MetadataMalformed("Upload-Metadata holds a value that is not base64.") from error
    return pairs
