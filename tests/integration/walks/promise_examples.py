"""One request of every RPC by which promises are proved and told."""

from __future__ import annotations

from collections.abc import Mapping

from stripsession.privacy.v1 import examination_service_pb2 as examination
from stripsession.retention.v1 import promise_administration_service_pb2 as audits
from stripsession.retention.v1 import promise_service_pb2 as promises
from tests.integration.walks.rpc_examples import Example

OF_PROMISES: Mapping[str, Example] = {
    # What every holder has a part in.
    "privacy.v1.ExaminationService.Examine": Example(
        lambda asked: examination.ExamineRequest(check="no_path_to_training")
    ),
    "retention.v1.PromiseService.ListPromises": Example(lambda asked: promises.ListPromisesRequest()),
    "retention.v1.PromiseAdministrationService.AuditPromises": Example(lambda asked: audits.AuditPromisesRequest()),
}
