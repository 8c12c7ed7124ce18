"""One request of every RPC about signed receipts."""

from __future__ import annotations

from collections.abc import Mapping

from stripsession.retention.v1 import receipt_service_pb2 as receipts
from tests.integration.walks.rpc_examples import Asked, Example


def _receipt(asked: Asked) -> receipts.GetReceiptRequest:
    # What a walk puts in the place of a name may be no number.
    named = asked.things.sequence
    return receipts.GetReceiptRequest(owner_id=asked.actor, sequence=int(named) if named.isdigit() else 7)


OF_RECEIPTS: Mapping[str, Example] = {
    "stripsession.retention.v1.ReceiptService.GetReceipt": Example(_receipt),
    "stripsession.retention.v1.ReceiptService.GetReceiptChain": Example(lambda _: receipts.GetReceiptChainRequest()),
    "stripsession.retention.v1.ReceiptService.GetReceiptKeys": Example(lambda _: receipts.GetReceiptKeysRequest()),
}
"""Full name of an RPC -> its example."""
