"""The policy of the document's example, as retention tells it, and a version before it."""

from __future__ import annotations

from typing import Any

import grpc

from services.gateway.api.policy_schemas import POLICY_EXAMPLES
from stripsession.retention.v1 import policy_service_pb2, policy_service_pb2_grpc
from tests.integration.gateway.fakes import refused

EXAMPLE: Any = POLICY_EXAMPLES["Policy"]


def text(words: dict[str, str]) -> policy_service_pb2.PolicyText:
    return policy_service_pb2.PolicyText(by_language=words)


def clause(told: Any) -> policy_service_pb2.PolicyClause:
    return policy_service_pb2.PolicyClause(
        clause_id=told["clause_id"],
        title=text(told["title"]),
        text=text(told["text"]),
        data=[text(each) for each in told["data"]],
        deadline=text(told["deadline"]),
        basis=text(told["basis"]),
        parties=[text(each) for each in told["parties"]],
    )


class FakePolicies(policy_service_pb2_grpc.PolicyServiceServicer):
    is_away = False

    async def GetPolicy(self, request: Any, context: Any) -> policy_service_pb2.GetPolicyResponse:
        if self.is_away:
            raise refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE", "It is being started.")
        if request.version > 1:
            raise refused(grpc.StatusCode.NOT_FOUND, "POLICY_VERSION_NOT_FOUND", "There is no such version.")
        version = policy_service_pb2.PolicyVersion(**EXAMPLE["version"])
        policy = policy_service_pb2.Policy(
            version=version,
            title=text(EXAMPLE["title"]),
            lead=text(EXAMPLE["lead"]),
            sections=[
                policy_service_pb2.PolicySection(
                    section_id=section["section_id"],
                    title=text(section["title"]),
                    clauses=[clause(each) for each in section["clauses"]],
                )
                for section in EXAMPLE["sections"]
            ],
            frame={name: text(words) for name, words in EXAMPLE["frame"].items()},
        )
        return policy_service_pb2.GetPolicyResponse(policy=policy, versions=[version])
