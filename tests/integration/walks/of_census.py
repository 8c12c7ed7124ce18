"""One request of each RPC by which it is asked what is held of a person."""

from __future__ import annotations

from collections.abc import Mapping

from stripsession.privacy.v1 import data_holder_service_pb2 as privacy
from stripsession.retention.v1 import census_service_pb2 as census
from tests.integration.walks.belongings import State
from tests.integration.walks.rpc_examples import Example

OF_CENSUS: Mapping[str, Example] = {
    "stripsession.privacy.v1.DataHolderService.Census": Example(
        lambda asked: privacy.CensusRequest(user_id=asked.actor), State.READY
    ),
    "stripsession.retention.v1.CensusService.GetCensus": Example(
        lambda asked: census.GetCensusRequest(owner_id=asked.actor), State.READY
    ),
}
