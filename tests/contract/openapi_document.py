"""The gateway's document as a test walks it: operations, schemas, and whatever has an example."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Iterator
from typing import Any

from services.gateway.wiring import contract

Json = dict[str, Any]
Place = tuple[str, Json]

# What anybody may call, signed in or not. Whoever adds to it lets strangers in: everything else needs a session.
ANYBODYS_NAMES = frozenset(
    [
        "isLive",
        "isReady",
        "getKeySet",
        "getContract",
        "signUp",
        "confirmSignUp",
        "signIn",
        "requestPasswordReset",
        "resetPassword",
        "verifyEmail",
        "describeMailedLink",
        "redeemLink",
        "answerChallenge",
        "confirmEmailChange",
        "undoEmailChange",
        "startDeviceSignIn",
        "redeemDeviceSignIn",
        "startPasskeySignIn",
        "signInWithPasskey",
        "listProviders",
        "startProviderSignIn",
        "finishProviderSignIn",
        "describeUploads",
        "describeUpload",
        "followClosing",
        "followPrivacyRequest",
        "sendStrangersRequest",
        "openShare",
        "getSharedManifest",
        "getSharedSegment",
        "receiveClerkWebhook",
        # Signed by the payment provider, which billing verifies.
        "receiveStripeEvent",
        "getPolicy",
        "getReceiptChain",
        "getReceiptKeys",
        "listPromises",
    ]
)


@functools.cache
def document() -> Json:
    return asyncio.run(contract())


def resolved(value: Json) -> Json:
    """What a reference names, or the value itself."""
    while "$ref" in value:
        found: Any = document()
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def operations() -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation of each."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def responses(operation: Json) -> Iterator[tuple[int, Json]]:
    for status, response in operation["responses"].items():
        yield int(status), resolved(response)


def reasons(operation: Json) -> dict[int, set[str]]:
    """Status -> the reasons listed for it, as the examples of its problem have them."""
    found: dict[int, set[str]] = {}
    for status, response in responses(operation):
        content = response.get("content", {}).get("application/problem+json")
        if content is not None:
            found[status] = {resolved(example)["value"]["reason"] for example in content["examples"].values()}
    return found


def exemplified() -> Iterator[Place]:
    """Every parameter, header and body: whatever has a schema and so must have an example."""
    for method, path, operation in operations():
        here = f"{method} {path}"
        for parameter in operation["parameters"]:
            yield f"{here} {parameter['in']} {parameter['name']}", parameter
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{here} takes {media_type}", content
        for status, response in responses(operation):
            for media_type, content in response.get("content", {}).items():
                yield f"{here} {status} {media_type}", content
            for name, header in response.get("headers", {}).items():
                yield f"{here} {status} {name}", header


def examples(place: Json) -> list[Any]:
    values = [place["example"]] if "example" in place else []
    return values + [resolved(example)["value"] for example in place.get("examples", {}).values()]


def schemas() -> Iterator[Place]:
    """Every schema, with those inside it."""
    for name, schema in document()["components"]["schemas"].items():
        yield from _within(name, schema)
    for where, place in exemplified():
        yield from _within(where, place["schema"])


def _within(where: str, schema: Json) -> Iterator[Place]:
    yield where, schema
    for name, member in schema.get("properties", {}).items():
        yield from _within(f"{where}.{name}", member)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield from _within(f"{where}.{word}", schema[word])
    for word in ("anyOf", "oneOf", "allOf"):
        for number, member in enumerate(schema.get(word, [])):
            yield from _within(f"{where}.{word}.{number}", member)
