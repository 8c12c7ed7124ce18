"""Singers of clear rights, made from small recordings: sung vocals to train the separation network with."""

from __future__ import annotations
