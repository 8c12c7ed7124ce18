"""Protocol messages of erasures, and page tokens."""

from __future__ import annotations

import base64
import binascii
import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from services.retention.app.list_erasures import Page
from services.retention.app.list_receipts import ReceiptPage
from services.retention.app.ports import Place
from services.retention.app.request_erasure import Noted
from services.retention.domain.account_erasure import AccountErasure, Step
from services.retention.domain.erasure import Erasure, Reason
from services.retention.domain.errors import PageTokenInvalid
from services.retention.domain.receipt import Receipt
from stripsession.retention.v1 import erasure_administration_service_pb2 as admin_pb
from stripsession.retention.v1 import retention_service_pb2 as pb

_REASONS = {Reason.FINISHED: pb.ERASURE_REASON_FINISHED, Reason.DEADLINE: pb.ERASURE_REASON_DEADLINE}


def token_of(place: Place | None) -> str:
    """A page token; empty for no place."""
    if place is None:
        return ""
    return base64.urlsafe_b64encode(f"{place.erased_at.isoformat()} {place.name}".encode()).decode()


def place_of(token: str) -> Place | None:
    """Where a token's page begins; None for the first. Raises PageTokenInvalid."""
    if not token:
        return None
    try:
        moment, name = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode().split(" ")
        erased_at = datetime.datetime.fromisoformat(moment)
    except (binascii.Error, ValueError) as error:
        raise PageTokenInvalid from error
    if erased_at.tzinfo is not datetime.UTC or not name.isprintable():
        raise PageTokenInvalid
    return Place(erased_at, name)


def page_message(page: Page) -> pb.ListErasuresResponse:
    """A page of erasures."""
    return pb.ListErasuresResponse(
        erasures=[_message(erasure) for erasure in page.erasures], next_page_token=token_of(page.next_place)
    )


def erasure_message(noted: Noted) -> admin_pb.ErasePersonResponse:
    """How far the erasure of a person is."""
    erasure = noted.erasure
    waiting = [
        admin_pb.WaitingHolder(holder=step.holder, fault=step.fault)
        for step in erasure.steps
        if step.finished_at is None
    ]
    message = admin_pb.ErasePersonResponse(begun=noted.is_new, waiting=waiting)
    message.requested_at.FromDatetime(erasure.requested_at)
    if erasure.finished_at is not None:
        message.finished_at.FromDatetime(erasure.finished_at)
    return message


def progress_message(erasure: AccountErasure | None) -> admin_pb.GetErasureResponse:
    """How far an erasure is, holder by holder; nothing where there is none."""
    if erasure is None:
        return admin_pb.GetErasureResponse()
    message = admin_pb.PersonErasure(holders=[_part(step) for step in erasure.steps])
    message.requested_at.FromDatetime(erasure.requested_at)
    if erasure.due_at is not None:
        message.due_at.FromDatetime(erasure.due_at)
    if erasure.finished_at is not None:
        message.finished_at.FromDatetime(erasure.finished_at)
    return admin_pb.GetErasureResponse(erasure=message)


def _part(step: Step) -> admin_pb.HolderErasure:
    part = admin_pb.HolderErasure(holder=step.holder, tries=step.tries, fault=step.fault)
    if step.finished_at is None:
        part.next_try_at.FromDatetime(step.not_before)
    else:
        part.finished_at.FromDatetime(step.finished_at)
    return part


def receipts_message(page: ReceiptPage) -> pb.ListReceiptsResponse:
    """A page of receipts."""
    return pb.ListReceiptsResponse(
        receipts=[_receipt(receipt) for receipt in page.receipts], next_page_token=token_of(page.next_place)
    )


def _receipt(receipt: Receipt) -> pb.Receipt:
    if isinstance(receipt, Erasure):
        return pb.Receipt(upload=_message(receipt), sequence=receipt.sequence or 0)
    asked_at, erased_at = Timestamp(), Timestamp()
    asked_at.FromDatetime(receipt.asked_at)
    erased_at.FromDatetime(receipt.erased_at)
    return pb.Receipt(
        track=pb.TrackErasure(
            track_id=receipt.track_id,
            upload_id=receipt.upload_id,
            asked_at=asked_at,
            erased_at=erased_at,
            stems=receipt.stems,
            stem_files=receipt.stem_files,
            peaks=receipt.peaks,
            covers=receipt.covers,
            links=receipt.links,
        ),
        sequence=receipt.sequence or 0,
    )


def _message(erasure: Erasure) -> pb.Erasure:
    uploaded_at, erased_at = Timestamp(), Timestamp()
    uploaded_at.FromDatetime(erasure.uploaded_at)
    erased_at.FromDatetime(erasure.erased_at)
    return pb.Erasure(
        upload_id=erasure.upload_id,
        uploaded_at=uploaded_at,
        erased_at=erased_at,
        reason=_REASONS[erasure.reason],
        objects=erasure.objects,
    )
