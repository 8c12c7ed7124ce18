"""Opaque identifiers, safe in addresses and object names."""

from __future__ import annotations

import uuid


def new_upload_id() -> str:
    """A fresh upload's identifier."""
    return f"upl_{uuid.uuid4().hex}"


def new_track_id() -> str:
    """A fresh track's identifier."""
    return f"trk_{uuid.uuid4().hex}"


def new_job_id() -> str:
    """A fresh job's identifier; the library chooses it, so that a repeated submission is the same job."""
    return f"job_{uuid.uuid4().hex}"


def new_share_id() -> str:
    """A fresh link's identifier; it opens nothing."""
    return f"shr_{uuid.uuid4().hex}"


def new_endpoint_id() -> str:
    """A fresh webhook endpoint's identifier."""
    return f"whe_{uuid.uuid4().hex}"


def new_delivery_id() -> str:
    """A fresh identifier of one message to one endpoint."""
    return f"whd_{uuid.uuid4().hex}"


def new_message_id() -> str:
    """A fresh message's identifier, which receivers know it again by. Without a dot: dots part what is signed."""
    return f"msg_{uuid.uuid4().hex}"


def new_lease_id() -> str:
    """A fresh identifier of whoever sends to an endpoint just now."""
    return uuid.uuid4().hex


def new_cover_id() -> str:
    """A fresh cover's identifier: it keeps the objects of two submissions apart."""
    return uuid.uuid4().hex[:12]


def new_writer_id() -> str:
    """A fresh append's identifier: it keeps the objects of two appends at one offset apart."""
    return uuid.uuid4().hex[:12]
