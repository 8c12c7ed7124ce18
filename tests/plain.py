"""For clients of servers that speak no TLS, as every server of a test does."""

from __future__ import annotations

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. Left to itself, each client of httpx reads all authorities of the world: 35 ms of processor time."""
