"""One request of the RPC by which what is past its life is removed."""

from __future__ import annotations

from collections.abc import Mapping

from google.protobuf.timestamp_pb2 import Timestamp

from stripsession.privacy.v1 import data_holder_service_pb2 as privacy
from tests.integration.walks.rpc_examples import Example

OF_PURGES: Mapping[str, Example] = {
    "stripsession.privacy.v1.DataHolderService.Purge": Example(
        lambda asked: privacy.PurgeRequest(data_class="payment", older_than=Timestamp(seconds=1_500_000_000))
    ),
}
