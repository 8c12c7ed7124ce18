"""What can be wrong with a request, before any service is asked."""

from __future__ import annotations


class TokenRefused(Exception):
    """The access token is not one of ours, or no longer valid."""


class BackendAway(Exception):
    """A service did not answer; it may in a moment."""


class TrackGone(Exception):
    """There is no such track, or it belongs to another."""


class MetadataMalformed(ValueError):
    """Upload-Metadata is not a list of names with base64 values."""
