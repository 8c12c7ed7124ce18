"""Protocol messages of pages of the ledger, and their tokens."""

from __future__ import annotations

import base64
import binascii
import datetime

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from services.billing.app.list_entries import EntryPage
from services.billing.app.list_open_reservations import ReservationPage
from services.billing.app.ports import OpenReservation, ReservationPlace
from services.billing.domain.entries import EntryKind, NumberedEntry
from services.billing.domain.errors import PageTokenInvalid
from stripsession.billing.v1 import billing_service_pb2 as pb

_NUMBER_MAX = 2**63 - 1
_DAYS_MAX = 36_500
_KINDS = {
    EntryKind.GRANT: pb.LEDGER_ENTRY_KIND_GRANT,
    EntryKind.RESERVE: pb.LEDGER_ENTRY_KIND_RESERVE,
    EntryKind.SETTLE: pb.LEDGER_ENTRY_KIND_SETTLE,
    EntryKind.RELEASE: pb.LEDGER_ENTRY_KIND_RELEASE,
    EntryKind.EXPIRE: pb.LEDGER_ENTRY_KIND_EXPIRE,
    EntryKind.RETRACT: pb.LEDGER_ENTRY_KIND_RETRACT,
}


def number_of(token: str) -> int | None:
    """The entry before which a token's page begins; None for the first page. Raises PageTokenInvalid."""
    if not token:
        return None
    if not (token.isascii() and token.isdigit() and len(token) <= len(str(_NUMBER_MAX)) and int(token) <= _NUMBER_MAX):
        raise PageTokenInvalid
    return int(token)


def entries_message(page: EntryPage) -> pb.ListLedgerEntriesResponse:
    """A page of a person's entries."""
    return pb.ListLedgerEntriesResponse(
        entries=[_entry_message(entry) for entry in page.entries],
        next_page_token="" if page.next_before is None else str(page.next_before),
    )


def _entry_message(numbered: NumberedEntry) -> pb.LedgerEntry:
    entry = numbered.entry
    return pb.LedgerEntry(
        number=numbered.number,
        kind=_KINDS[entry.kind],
        job_id=entry.job_id or "",
        seconds=entry.seconds,
        balance_change_s=entry.balance_change_s,
        at=_moment(entry.at),
        postings=[
            pb.LedgerPosting(
                grant_id=posting.grant_id,
                left_change_s=posting.left_change_s,
                held_change_s=posting.held_change_s,
            )
            for posting in entry.postings
        ],
    )


def age_of(older_than: Duration) -> datetime.timedelta:
    """An age that a moment can be counted back by: none is negative, and none older than a hundred years."""
    return datetime.timedelta(seconds=min(max(older_than.seconds, 0), _DAYS_MAX * 86_400))


def place_of(token: str) -> ReservationPlace | None:
    """Where a token's page begins; None for the first. Raises PageTokenInvalid."""
    if not token:
        return None
    try:
        text = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
        moment, _, job_id = text.partition(" ")
        reserved_at = datetime.datetime.fromisoformat(moment)
    except (binascii.Error, ValueError) as error:
        raise PageTokenInvalid from error
    if reserved_at.tzinfo is not datetime.UTC or not job_id or "\0" in job_id:
        raise PageTokenInvalid
    return ReservationPlace(reserved_at, job_id)


def reservations_message(page: ReservationPage) -> pb.ListOpenReservationsResponse:
    """A page of open reservations."""
    return pb.ListOpenReservationsResponse(
        reservations=[_reservation_message(reservation) for reservation in page.reservations],
        next_page_token=_token_of(page.next_place),
    )


def _reservation_message(reservation: OpenReservation) -> pb.OpenReservation:
    return pb.OpenReservation(
        job_id=reservation.job_id,
        owner_id=reservation.owner_id,
        reserved_s=reservation.reserved_s,
        reserved_at=_moment(reservation.reserved_at),
    )


def _token_of(place: ReservationPlace | None) -> str:
    if place is None:
        return ""
    moment = place.reserved_at.astimezone(datetime.UTC).isoformat()
    return base64.urlsafe_b64encode(f"{moment} {place.job_id}".encode()).decode()


def _moment(at: datetime.datetime) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(at)
    return moment
