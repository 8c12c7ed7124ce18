"""For clients of servers that speak no TLS, as every server of a test does."""

from __future__ import annotations

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. By itself a client of httpx reads all the authorities that the world trusts: 35 ms of a processor."""
