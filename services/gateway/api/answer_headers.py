"""The headers of answers that a client reads, each with what it means and an example."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, count, text

_BYTES_MAX = 10**18 - 1

HEADERS: Mapping[str, tuple[Schema, str | int]] = {
    "Accept-Ranges": (text("bytes, or none where the size is not known beforehand."), "bytes"),
    "Content-Disposition": (text("The file's name, as RFC 6266 has it."), 'attachment; filename="Song - vocals.flac"'),
    "Content-Range": (text("Which bytes these are, of how many; `bytes */SIZE` in a 416."), "bytes 0-1048575/5242880"),
    "ETag": (text("Changes with the bytes; send it back in If-None-Match."), '"5f3c1c6a0e9b4d27"'),
    "Location": (text("Path of what was made."), "/v1/tracks/trk_0b5c2f7e9d1a4c38"),
    "RateLimit": (
        text(
            "What is left of each policy: `r` requests now, one more in `t` seconds"
            " (draft-ietf-httpapi-ratelimit-headers-11)."
        ),
        '"person";r=399;t=1',
    ),
    "RateLimit-Policy": (
        text(
            "What this request is counted against, a person, a key, an address, or an address's sign-ins: `q` requests"
            " at once, all of them anew in `w` seconds."
        ),
        '"person";q=400;w=8',
    ),
    "Retry-After": (count("Seconds to wait before another try."), 2),
    "Tus-Extension": (
        text("What this server speaks beyond the core."),
        "creation,creation-with-upload,expiration,termination",
    ),
    "Tus-Max-Size": (count("Largest file in bytes.", maximum=_BYTES_MAX), 2147483648),
    "Tus-Resumable": (text("The version of tus spoken."), "1.0.0"),
    "Tus-Version": (text("The versions of tus spoken."), "1.0.0"),
    "Upload-Expires": (
        text("When the upload is erased unless it becomes a track, an HTTP date."),
        "Wed, 02 Jan 2030 00:00:00 GMT",
    ),
    "Upload-Length": (count("Size of the whole file in bytes.", maximum=_BYTES_MAX), 5242880),
    "Upload-Offset": (count("Bytes that are stored: where the next ones begin.", maximum=_BYTES_MAX), 1048576),
    "WWW-Authenticate": (text("How to sign in, as RFC 6750 has it."), 'Bearer realm="stripsession"'),
}
OF_LIMITED = ("RateLimit", "RateLimit-Policy")
"""Headers of each answer of a route that is limited."""
OF_STATUS: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    412: ("Tus-Version",),
    416: ("Content-Range",),
    429: (*OF_LIMITED, "Retry-After"),
    503: ("Retry-After",),
    504: ("Retry-After",),
}
"""Headers of each refusal of a status."""
