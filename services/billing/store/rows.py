"""Rows of the ledger's tables, read."""

from __future__ import annotations

import asyncpg

from services.billing.domain.entries import Entry, EntryKind, Posting
from services.billing.domain.grants import Grant, Source
from services.billing.domain.month import month_of
from services.billing.domain.sheets import Sheet


def grant_of(row: asyncpg.Record) -> Grant:
    """A grant's columns."""
    return Grant(
        grant_id=row["grant_id"],
        owner_id=row["owner_id"],
        source=Source(row["source"]),
        plan=row["plan"],
        nominal_s=row["nominal_s"],
        starts_at=row["starts_at"],
        expires_at=row["expires_at"],
        granted_at=row["granted_at"],
        origin_id=row["origin_id"],
        replaces_id=row["replaces_id"],
        kept_s=row["kept_s"],
    )


def sheet_of(row: asyncpg.Record) -> Sheet:
    """A grant's columns and sums."""
    return Sheet(
        grant=grant_of(row),
        granted_s=row["granted_s"],
        charged_s=row["charged_s"],
        held_s=row["held_s"],
        expired_s=row["expired_s"],
        retracted_s=row["retracted_s"],
        is_closed=row["is_closed"],
    )


def entry_of(row: asyncpg.Record) -> Entry:
    """An entry's columns, and its postings as arrays, which are absent where it has none."""
    postings = zip(row["grant_ids"] or (), row["left_changes_s"] or (), row["held_changes_s"] or (), strict=True)
    return Entry(
        kind=EntryKind(row["kind"]),
        owner_id=row["owner_id"],
        month=month_of(row["month"]) if row["month"] else None,
        job_id=row["job_id"],
        seconds=row["seconds"],
        balance_change_s=row["balance_change_s"],
        at=row["at"],
        postings=tuple(Posting(*posting) for posting in postings),
    )
