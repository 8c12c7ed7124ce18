"""One request of each RPC by which a person asks for all that is held of them."""

from __future__ import annotations

from collections.abc import Mapping

from stripsession.privacy.v1 import data_holder_service_pb2 as privacy
from stripsession.retention.v1 import export_service_pb2 as pb
from tests.integration.walks.belongings import State
from tests.integration.walks.rpc_examples import Example

OF_EXPORTS: Mapping[str, Example] = {
    "stripsession.privacy.v1.DataHolderService.Export": Example(
        lambda asked: privacy.ExportRequest(user_id=asked.actor), State.READY
    ),
    "stripsession.retention.v1.ExportService.BeginExport": Example(
        lambda asked: pb.BeginExportRequest(owner_id=asked.actor)
    ),
    "stripsession.retention.v1.ExportService.ListExports": Example(
        lambda asked: pb.ListExportsRequest(owner_id=asked.actor), State.READY
    ),
    "stripsession.retention.v1.ExportService.GetExport": Example(
        lambda asked: pb.GetExportRequest(owner_id=asked.actor, export_id=asked.things.export_id), State.READY
    ),
    "stripsession.retention.v1.ExportService.ReadArchive": Example(
        lambda asked: pb.ReadArchiveRequest(owner_id=asked.actor, export_id=asked.things.export_id), State.READY
    ),
}
