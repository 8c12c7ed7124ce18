"""The gateway keeps to its own document: examples are answered, what it allows is taken, what it forbids refused."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.generation.modes import GenerationMode
from schemathesis.transport import SerializationContext

from services.gateway.api.answer_examples import KEY_ID, SHARE_ID, SHARE_TOKEN, TRACK_ID, UPLOAD_ID
from services.gateway.api.cookies import PROVIDER_COOKIE
from services.gateway.api.passkey_schemas import PASSKEY_ID
from services.gateway.domain.identifiers import is_known_shape
from tests.contract.openapi_document import Json, document, operations, responses
from tests.integration.gateway.conftest import Door
from tests.integration.gateway.example_requests import request_of
from tests.integration.gateway.example_world import restore, standing
from tests.integration.gateway.fake_providers import GIVEN
from tests.plain import NO_TLS

# `make property` looks longer. The cases of boundaries and examples, which do not depend on it, come to some hundreds.
EXAMPLES_MAX = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 24
KNOWN = {
    "track_id": TRACK_ID,
    "upload_id": UPLOAD_ID,
    "key_id": KEY_ID,
    "passkey_id": PASSKEY_ID,
    "share_id": SHARE_ID,
    "stem": "vocals",
    "index": "0",
}
# What the gateway says of a request that its document does not allow.
OF_READING = {"INVALID_FIELD", "MALFORMED_HEADER", "MALFORMED_JSON", "MALFORMED_METADATA", "MALFORMED_QUERY"}
# What a browser says of a request of our own page that came back from a provider.
OF_A_PAGE = {"Sec-Fetch-Site": "same-origin", "Cookie": f"{PROVIDER_COOKIE}={GIVEN}"}
# Of an event stream, the document has the whole, as generators of clients understand it; here it is told by the event.
EVENT = {
    "type": "object",
    "properties": {
        "event": {"const": "progress"},
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/TrackProgress"},
        },
    },
    "required": ["event", "id", "data"],
}


def told_by_the_event() -> dict[str, object]:
    told = copy.deepcopy(document())
    stream = told["paths"]["/v1/tracks/{track_id}/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    stream["schema"] = EVENT
    del stream["example"]
    return told


Case = schemathesis.Case[Any]
schema = schemathesis.openapi.from_dict(told_by_the_event())
# tus has its own words for a wrong version (412) and type (415); a file past the largest is 413. Who sends no token of
# a link is told no more than that nothing opens, and an upload that is elsewhere is 409, whatever else is odd.
REFUSED = ("400", "401", "404", "405", "409", "412", "413", "415", "422")
schema.config.checks.negative_data_rejection.expected_statuses = list(REFUSED)
schema.config.checks.missing_required_header.expected_statuses = list(REFUSED)
# In its place: a service may refuse what the document allows, as a password that is guessed first, the gateway may not.
schema.config.checks.positive_data_acceptance.enabled = False


@schemathesis.serializer("application/offset+octet-stream")
def as_it_is(_: SerializationContext, value: object) -> bytes:
    """Bytes of a file, which Schemathesis has as it made them, or as the text of an example."""
    made = getattr(value, "data", value)
    return made if isinstance(made, bytes) else str(made).encode()


def nothing_allowed_is_unreadable(_: CheckContext, response: Response, case: Case) -> None:
    """The gateway takes what its document allows."""
    if is_allowed(case) and response.status_code in {400, 415, 422} and case.method != "HEAD":
        told = response.json()
        # That names differ is not to be said of a header in JSON Schema.
        is_told = told["detail"] == "Upload-Metadata names something twice."
        assert is_told or told["reason"] not in OF_READING, told["detail"]


def is_allowed(case: Case) -> bool:
    return case.meta is not None and all(part.mode is GenerationMode.POSITIVE for part in case.meta.components.values())


def aimed(case: Case) -> None:
    """Name something that there is, where a name could be of anything: a 404 proves little."""
    for name, value in case.path_parameters.items():
        if name in KNOWN and isinstance(value, str) and is_known_shape(name, value):
            case.path_parameters[name] = KNOWN[name]
    if not is_allowed(case):
        return
    if "X-Share-Token" in case.headers:
        case.headers["X-Share-Token"] = SHARE_TOKEN
    if "Upload-Offset" in case.headers:
        case.headers["Upload-Offset"] = "1048576"
    if isinstance(case.body, dict):
        known = {"token": SHARE_TOKEN, "upload_id": UPLOAD_ID}
        case.body = {name: known.get(name, value) for name, value in case.body.items()}


@pytest.fixture(scope="module")
def standing_door(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with standing(certificates, tmp_path_factory.mktemp("web")) as door:
        yield door


@pytest.mark.property
@schema.parametrize()
@settings(max_examples=EXAMPLES_MAX, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_to_the_document(case: Case, standing_door: Door) -> None:
    """No answer is a fault or other than the document says; what it forbids is refused, and what it allows is read."""
    restore(standing_door)
    aimed(case)
    response = case.call(base_url=standing_door.address, headers=standing_door.bearer() | OF_A_PAGE, timeout=30)
    case.validate_response(response, additional_checks=[nothing_allowed_is_unreadable])


OPERATIONS = [pytest.param(*each, id=each[2]["operationId"]) for each in operations()]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_an_example_of_a_request_is_answered(standing_door: Door, method: str, path: str, operation: Json) -> None:
    """What the document shows of a request gets the answer that it shows, in status and type."""
    restore(standing_door)
    request = request_of(method.upper(), path, operation)
    request.url = httpx.URL(standing_door.address).join(request.url.raw_path.decode())
    request.headers.update(standing_door.bearer() | OF_A_PAGE)
    request.headers["Host"] = request.url.netloc.decode()
    with httpx.Client(timeout=15, verify=NO_TLS) as client:
        answer = client.send(request)
    good = {status: response for status, response in responses(operation) if status < 300}
    assert answer.status_code in good, answer.text
    types = set(good[answer.status_code].get("content", {}))
    assert not types or answer.headers["content-type"].partition(";")[0] in types
