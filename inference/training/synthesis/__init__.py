"""Synthesised multitracks: whole songs with known drums, bass and other stems, from sounds whose licences are clear."""

from __future__ import annotations
