"""What can be wrong with the segments or the wishes that a download is made from."""

from __future__ import annotations


class MediaError(ValueError):
    """A download cannot be assembled."""


class SegmentMismatch(MediaError):
    """A segment's bytes are not what its facts say."""


class SegmentsMissing(MediaError):
    """A run was finished before it was fed every segment it asked for."""


class FormatUnavailable(MediaError):
    """This format cannot hold this download."""
