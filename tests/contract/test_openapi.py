"""The document that clients are made of: examples, words, and nothing that a generator stumbles over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest

from services.gateway.api.scopes import SCOPES, Scope
from tests.contract.openapi_document import (
    ANYBODYS_NAMES,
    Json,
    document,
    examples,
    exemplified,
    operations,
    resolved,
    responses,
    schemas,
)

# Clients are named after these. One may be added; none is changed or taken away.
PROMISED_NAMES = """
    isLive isReady getKeySet getContract signUp signIn redeemLink refreshSession signOut getAccount updateAccount
    describeUploads createUpload describeUpload getUpload appendUpload deleteUpload createTrack listTracks getTrack
    updateTrack deleteTrack cancelTrack retryTrack getManifest watchTrack getSegment getCover createShare listShares
    revokeShare openShare getSharedManifest getSharedSegment downloadStem downloadMix downloadAll createMix listModels
    listPlans getUsage listErasures receiveClerkWebhook createApiKey listApiKeys revokeApiKey
    startDeviceSignIn redeemDeviceSignIn describeDeviceSignIn answerDeviceSignIn
    startPasskeySignIn signInWithPasskey startPasskey createPasskey listPasskeys renamePasskey removePasskey
    createWebhookEndpoint listWebhookEndpoints updateWebhookEndpoint deleteWebhookEndpoint rotateWebhookSecret
    testWebhookEndpoint listWebhookDeliveries replayWebhookDelivery
    askClosing getClosing withdrawClosing followClosing
    answerChallenge stepUp getSecondFactor startSecondFactor confirmSecondFactor removeSecondFactor makeRecoveryCodes
    startPasskeyProof requestEmailChange confirmEmailChange undoEmailChange setCover removeCover listReceipts
    describeMailedLink getPolicy listPromises getReceipt getReceiptKeys getReceiptChain getCensus
    beginExport listExports downloadExport
    sendPrivacyRequest listPrivacyRequests sendStrangersRequest followPrivacyRequest
"""


def faults(schema: Json, value: object) -> list[str]:
    whole = {"components": document()["components"], **schema}
    formats = jsonschema.FormatChecker()
    found = jsonschema.Draft202012Validator(whole, format_checker=formats).iter_errors(value)
    return [error.message for error in found]


def unexemplified(place: Json) -> list[str]:
    """What is wrong with the examples of a place."""
    given = examples(place)
    return [fault for value in given for fault in faults(place["schema"], value)] if given else ["has no example"]


def test_whatever_is_sent_or_answered_has_an_example_that_fits() -> None:
    """Every parameter, header, body, answer and problem of every operation has an example, each of its own schema."""
    wrong = {where: unexemplified(place) for where, place in exemplified()}
    assert {where: found for where, found in wrong.items() if found} == {}


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ({"schema": {"type": "string"}}, "has no example"),
        ({"schema": {"type": "string"}, "example": 1}, "1 is not of type 'string'"),
        ({"schema": {"$ref": "#/components/schemas/Status"}, "example": {}}, "'status' is a required property"),
    ],
)
def test_a_missing_or_wrong_example_is_found(place: Json, fault: str) -> None:
    """An operation without an example, or with one of another shape, fails."""
    assert unexemplified(place) == [fault]


def test_an_answer_that_succeeds_says_what_it_gives() -> None:
    """Every operation has an answer below 300, and each of them is JSON, bytes of a type, or nothing by its status."""
    for method, path, operation in operations():
        good = {status: response for status, response in responses(operation) if status < 300}
        assert good, (method, path)
        for status, response in good.items():
            assert (status == 204 or method == "head") is ("content" not in response), (method, path)


def test_everything_is_described() -> None:
    """Operations, parameters, answers, schemas and members say in words what they are."""
    silent = [where for where, schema in schemas() if "$ref" not in schema and not says(where, schema)]
    for method, path, operation in operations():
        told = [operation["summary"], operation["description"]]
        told += [parameter["description"] for parameter in operation["parameters"]]
        told += [response["description"] for _, response in responses(operation)]
        silent += [f"{method} {path}" for words in told if len(words) < 4]
    assert silent == []


def says(where: str, schema: Json) -> bool:
    is_part = re.search(r"\.(items|additionalProperties|anyOf\.\d+)$", where)
    is_parameter = " " in where
    return bool(is_part or is_parameter or schema.get("description"))


def test_names_of_operations_stay() -> None:
    """A generated client's functions keep their names: plain lower camel case, each once, none taken back."""
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name)] == []
    assert set(names) >= set(PROMISED_NAMES.split())


def test_who_may_call_is_told() -> None:
    """An operation needs a session by either of its ways and lists UNAUTHENTICATED, but for those named here."""
    told = document()
    by_name = {operation["operationId"]: operation for _, _, operation in operations()}
    of_anybody, of_renewing = set(ANYBODYS_NAMES), {"refreshSession", "signOut"}
    assert of_anybody | of_renewing < set(by_name)
    for name, operation in by_name.items():
        listed = challenged(operation)
        if name in of_anybody:
            assert (name, operation["security"], listed) == (name, [], False)
        elif name in of_renewing:
            # Without a token there is nothing to renew; to sign out who is not signed in changes nothing.
            assert (name, operation["security"]) == (name, [{}, {"refresh_cookie": []}])
            assert listed is (name == "refreshSession")
        else:
            by_key = [{"api_key": [SCOPES[name].value]}] if SCOPES[name] is not Scope.SESSION else []
            assert (name, operation["security"], listed) == (name, [{"bearer": []}, {"cookie": []}, *by_key], True)
    assert set(told["components"]["securitySchemes"]) == {"bearer", "cookie", "refresh_cookie", "api_key"}
    # What no operation says for itself would hold for it.
    assert "security" not in told
    assert {tag for operation in by_name.values() for tag in operation["tags"]} == {t["name"] for t in told["tags"]}


def challenged(operation: Json) -> bool:
    """Whether an operation lists UNAUTHENTICATED; of HEAD, whose refusals have no body, by its description alone."""
    answer = dict(responses(operation)).get(401, {"description": ""})
    return "UNAUTHENTICATED" in re.findall(r"[A-Z_]+", answer["description"])


def test_the_document_says_what_it_is() -> None:
    """Title, version and licence are there, and nobody's address."""
    info = document()["info"]
    assert document()["openapi"] == "3.1.0"
    assert set(info) == {"title", "version", "summary", "description", "license"}
    assert info["license"]["identifier"] == "Apache-2.0"


def stumbles() -> Iterator[str]:
    """What generators of clients make Any, nothing, an overflow or a nameless type of."""
    for where, schema in schemas():
        is_named = where in document()["components"]["schemas"]
        if set(schema) & {"const", "oneOf", "allOf", "not", "if", "patternProperties", "prefixItems", "nullable"}:
            yield f"{where}: a word that not every generator reads"
        if "$ref" not in schema and "anyOf" not in schema and "type" not in schema:
            yield f"{where}: no type"
        if "anyOf" in schema and [set(each) for each in schema["anyOf"]] != [{"$ref"}, {"type"}]:
            yield f"{where}: anyOf is for a named schema or null"
        if isinstance(schema.get("type"), list) and (len(schema["type"]) != 2 or schema["type"][1] != "null"):
            yield f"{where}: several types"
        if "enum" in schema and not is_named and len(schema["enum"]) > 2:
            yield f"{where}: an enumeration without a name"
        if "properties" in schema and not is_named:
            yield f"{where}: an object without a name"
        if schema.get("type") == "number" and schema.get("format") != "double":
            yield f"{where}: a number without its width"
        is_wide = "enum" not in schema and schema.get("maximum", 2**31) >= 2**31
        if schema.get("type") == "integer" and is_wide and "format" not in schema:
            yield f"{where}: a whole number without its width"


def test_no_generator_stumbles() -> None:
    """Each schema has one type, each enumeration and object a name, each number a width, whatever the generator."""
    assert sorted(set(stumbles())) == []


def test_no_schema_is_named_as_a_part_of_a_client() -> None:
    """A Swift client's own files and Swift's own types have names that no schema takes."""
    files = {"APIHelper", "APIs", "CodableHelper", "Extensions", "JSONValue", "Models", "Validation"}
    types = {"Any", "Character", "Data", "Date", "Error", "Progress", "Range", "Result", "Self", "Set", "Type", "URL"}
    assert not set(document()["components"]["schemas"]) & (files | types)


def test_bytes_are_told_as_bytes() -> None:
    """A file that is sent or answered is a binary text, which clients give as data and not as nothing."""
    for where, place in exemplified():
        media_type = where.rpartition(" ")[2]
        if media_type.startswith(("audio/", "image/", "application/zip", "application/offset")):
            assert place["schema"] == {"type": "string", "format": "binary"}, where


def test_every_named_part_is_used() -> None:
    """No schema, answer or example lies in the document for nobody."""
    told, text = document(), str(document())
    streamed = {"TrackProgress"}
    for kind in ("schemas", "responses", "examples"):
        unused = {name for name in told["components"][kind] if f"'#/components/{kind}/{name}'" not in text}
        assert unused - streamed == ({"METHOD_NOT_ALLOWED", "DOWNLOAD_CHANGED"} if kind == "examples" else set())


def test_the_events_are_what_the_document_says() -> None:
    """The example of an event stream holds a TrackProgress."""
    stream = next(place for where, place in exemplified() if where.endswith("text/event-stream"))
    data = re.findall(r"^data: (.+)$", stream["example"], re.MULTILINE)
    assert data
    for line in data:
        assert faults(resolved({"$ref": "#/components/schemas/TrackProgress"}), json.loads(line)) == []
