"""The policy, for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chassis.clock import Clock
from chassis.rpc.interceptors import Context
from services.retention.app.get_policy import get_policy
from services.retention.domain.policy import Clause, Policy, Words, frame_of, in_force
from stripsession.retention.v1 import policy_service_pb2 as pb
from stripsession.retention.v1 import policy_service_pb2_grpc as pb_grpc


class PolicyServicer(pb_grpc.PolicyServiceServicer):
    """What anybody may read."""

    def __init__(self, policies: Mapping[int, Policy], clock: Clock) -> None:
        """Every version, by its number; each is in force from its day on, in UTC."""
        self._policies = policies
        self._clock = clock

    async def GetPolicy(self, request: pb.GetPolicyRequest, context: Context) -> pb.GetPolicyResponse:
        """One version of the policy."""
        today = self._clock.now().date()
        policy, now = get_policy(self._policies, request.version, today), in_force(self._policies, today)
        newest_first = sorted(self._policies.values(), key=lambda each: -each.version)
        return pb.GetPolicyResponse(
            policy=_policy(policy, _version(policy, now), frame_of(self._policies, policy)),
            versions=[_version(each, now) for each in newest_first],
        )


def _policy(policy: Policy, version: pb.PolicyVersion, frame: Mapping[str, Words]) -> pb.Policy:
    return pb.Policy(
        version=version,
        title=_text(policy.title),
        lead=_text(policy.lead),
        sections=[
            pb.PolicySection(
                section_id=section.section_id,
                title=_text(section.title),
                clauses=[
                    _clause(policy, clause)
                    for clause in policy.clauses
                    if clause.clause_id.partition(".")[0] == section.section_id
                ],
            )
            for section in policy.sections
        ],
        frame={name: _text(words) for name, words in frame.items()},
    )


def _clause(policy: Policy, clause: Clause) -> pb.PolicyClause:
    def labels(kind: str, names: Iterable[str]) -> list[pb.PolicyText]:
        return [_text(policy.labels[kind][name]) for name in names]

    return pb.PolicyClause(
        clause_id=clause.clause_id,
        title=_text(clause.title),
        text=_text(clause.text),
        data=labels("data", clause.data),
        deadline=_text(policy.labels["deadline"][clause.deadline]),
        basis=_text(policy.labels["basis"][clause.basis]),
        parties=labels("parties", clause.parties),
    )


def _version(policy: Policy, now: Policy) -> pb.PolicyVersion:
    is_coming = policy.version > now.version
    date, digest = policy.date.isoformat(), policy.digest
    told = pb.PolicyVersion(version=policy.version, date=date, digest=digest, is_coming=is_coming)
    if policy.changes:
        told.changes.CopyFrom(_text(policy.changes))
    return told


def _text(words: Words) -> pb.PolicyText:
    return pb.PolicyText(by_language=words)
