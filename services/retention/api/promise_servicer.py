"""What is known of each promise, for everybody, and for whoever runs the installation."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.rpc.interceptors import Context
from services.retention.app.audit_promises import AuditPorts, audit_promises
from services.retention.app.check_ports import CheckPorts
from services.retention.app.list_promises import Promise, list_promises
from services.retention.domain.finding import State
from services.retention.domain.policy import Policy, in_force
from stripsession.retention.v1 import policy_service_pb2 as policy_pb
from stripsession.retention.v1 import promise_administration_service_pb2 as admin_pb
from stripsession.retention.v1 import promise_administration_service_pb2_grpc as admin_grpc
from stripsession.retention.v1 import promise_service_pb2 as pb
from stripsession.retention.v1 import promise_service_pb2_grpc as pb_grpc

_STATES = {
    State.KEPT: pb.PROMISE_STATE_KEPT,
    State.BROKEN: pb.PROMISE_STATE_BROKEN,
    State.CANNOT_SAY: pb.PROMISE_STATE_CANNOT_SAY,
    State.NOT_BUILT: pb.PROMISE_STATE_NOT_BUILT,
}


class Promises:
    """What both services tell."""

    def __init__(self, ports: CheckPorts, policies: Mapping[int, Policy], region: str) -> None:
        """`region` is what this installation says of itself."""
        self._ports = ports
        self._policies = policies
        self._region = region

    async def told(self) -> pb.ListPromisesResponse:
        """Each clause of the policy in force."""
        policy = in_force(self._policies, self._ports.clock.now().date())
        promises = await list_promises(self._ports, policy)
        return pb.ListPromisesResponse(
            promises=[_message(promise) for promise in promises], version=policy.version, region=self._region
        )


class PromiseServicer(pb_grpc.PromiseServiceServicer):
    """What anybody may read."""

    def __init__(self, promises: Promises) -> None:
        """Of the policy in force."""
        self._promises = promises

    async def ListPromises(self, request: pb.ListPromisesRequest, context: Context) -> pb.ListPromisesResponse:
        """Every clause, and what its check found last."""
        return await self._promises.told()


class PromiseAdministrationServicer(admin_grpc.PromiseAdministrationServiceServicer):
    """What an operator asks."""

    def __init__(self, promises: Promises, audit: AuditPorts) -> None:
        """Of the policy in force."""
        self._promises = promises
        self._audit = audit

    async def AuditPromises(
        self, request: admin_pb.AuditPromisesRequest, context: Context
    ) -> admin_pb.AuditPromisesResponse:
        """The same as for everybody; after a run of every check where that is asked for."""
        if request.run:
            await audit_promises(self._audit)
        return admin_pb.AuditPromisesResponse(known=await self._promises.told())


def _message(promise: Promise) -> pb.Promise:
    standing, clause, check = promise.standing, promise.clause, promise.check
    message = pb.Promise(
        clause_id=clause.clause_id,
        title=policy_pb.PolicyText(by_language=clause.title),
        check=clause.check,
        looks_at=check.looks_at,
        state=_STATES[standing.state],
        reason=str(standing.reason),
        service=standing.service,
        figures={name: standing.figures[name] for name in check.figures if name in standing.figures},
        broken_by=standing.broken_by,
        remedy="" if standing.state is State.KEPT else check.remedy,
    )
    if standing.looked_at is not None:
        message.looked_at.FromDatetime(standing.looked_at)
    if standing.proved_at is not None:
        message.proved_at.FromDatetime(standing.proved_at)
    return message
