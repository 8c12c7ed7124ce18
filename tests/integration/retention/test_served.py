"""The evidence over real gRPC with real certificates."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import pytest

from chassis.db.operator_acts import OperatorActs
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.app.erase_due import erase_due
from services.retention.app.note_track_erasure import note_track_erasure
from services.retention.app.reconcile import reconcile
from services.retention.events.account_timer import AccountTimer
from services.retention.wiring import Checking, erasing_servicer, make_account_ports, rpc_server
from stripsession.retention.v1 import retention_service_pb2 as pb
from stripsession.retention.v1 import retention_service_pb2_grpc as pb_grpc
from tests.integration.retention.conftest import Setting
from tests.unit.retention.store_promises import gone

Open = Callable[[str], "pb_grpc.RetentionServiceAsyncStub"]


@pytest.fixture
async def stub(setting: Setting, certificates: Path) -> AsyncIterator[Open]:
    """Opens a stub with a named caller's certificate."""
    accounts = make_account_ports(setting.database, {}, setting.clock)
    erasing = erasing_servicer(accounts, AccountTimer(accounts))
    checking = Checking(setting.settings, setting.database, {}, setting.clock)
    acts = OperatorActs(setting.database)
    server = rpc_server(setting.settings, setting.ports, erasing, Readiness(), acts, checking)
    async with AsyncExitStack() as stack:
        await server.start()
        stack.push_async_callback(server.stop)

        def open_as(caller: str) -> pb_grpc.RetentionServiceAsyncStub:
            channel = Channel("retention", f"127.0.0.1:{server.port}", Certificates(certificates, caller))
            stack.push_async_callback(channel.stop)
            return pb_grpc.RetentionServiceStub(channel.grpc)

        yield open_as


async def test_gateway_pages_through_the_evidence(setting: Setting, stub: Open) -> None:
    """A person's erasures come newest first, page by page, each once, with times, reason and objects."""
    for number in range(7):
        setting.library.hold(f"upl_{number}", setting.clock.now(), finished=True)
        setting.clock.advance(seconds=1)
        await reconcile(setting.ports)
        await erase_due(setting.ports)
    gateway, token, found = stub("gateway"), "", list[pb.Erasure]()
    sizes = []
    while token or not found:
        page = await gateway.ListErasures(pb.ListErasuresRequest(owner_id="usr_1", page_size=3, page_token=token))
        found.extend(page.erasures)
        sizes.append(len(page.erasures))
        token = page.next_page_token
    assert sizes == [3, 3, 1]
    assert [erasure.upload_id for erasure in found] == [f"upl_{number}" for number in reversed(range(7))]
    assert (found[0].reason, found[0].objects) == (pb.ERASURE_REASON_FINISHED, 3)
    assert found[0].erased_at.ToDatetime(datetime.UTC) == setting.clock.now()
    assert found[0].erased_at.seconds - found[0].uploaded_at.seconds == 1


async def test_receipts_of_uploads_and_tracks_are_one_list(setting: Setting, stub: Open) -> None:
    """Of every kind, newest first, page by page, each once; another's list has none of them."""
    for number in range(3):
        setting.library.hold(f"upl_{number}", setting.clock.now(), finished=True)
        setting.clock.advance(seconds=1)
        await reconcile(setting.ports)
        await erase_due(setting.ports)
        # In the same moment: names part them.
        await note_track_erasure(setting.ports, gone(f"trk_{number}", setting.clock.now()))
    gateway, token, names = stub("gateway"), "", list[str]()
    while token or not names:
        page = await gateway.ListReceipts(pb.ListReceiptsRequest(owner_id="usr_1", page_size=4, page_token=token))
        names += [one.upload.upload_id or one.track.track_id for one in page.receipts]
        token = page.next_page_token
    assert names == ["upl_2", "trk_2", "upl_1", "trk_1", "upl_0", "trk_0"]
    first = (await gateway.ListReceipts(pb.ListReceiptsRequest(owner_id="usr_1"))).receipts[1].track
    assert first.erased_at.ToDatetime(datetime.UTC) == setting.clock.now()
    assert (first.erased_at.seconds - first.asked_at.seconds, first.stems, first.stem_files) == (1, 4, 12)
    assert list((await gateway.ListReceipts(pb.ListReceiptsRequest(owner_id="usr_2"))).receipts) == []


async def test_nobody_sees_anothers_evidence(setting: Setting, stub: Open) -> None:
    """Another person's list is empty."""
    setting.library.hold("upl_1", setting.clock.now(), finished=True)
    await reconcile(setting.ports)
    await erase_due(setting.ports)
    page = await stub("gateway").ListErasures(pb.ListErasuresRequest(owner_id="usr_2"))
    assert list(page.erasures) == []


@pytest.mark.parametrize(
    ("caller", "owner_id", "token", "reason"),
    [
        ("library", "usr_1", "", "CALLER_NOT_ALLOWED"),
        ("gateway", "", "", "IDENTIFIER_MISSING"),
        ("gateway", "usr_1", "nonsense", "PAGE_TOKEN_INVALID"),
    ],
)
async def test_refusals_name_their_reason(stub: Open, caller: str, owner_id: str, token: str, reason: str) -> None:
    """Strangers, requests for nobody and foreign page tokens are refused by name."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub(caller).ListErasures(pb.ListErasuresRequest(owner_id=owner_id, page_token=token))
    assert from_error(caught.value).reason == reason
