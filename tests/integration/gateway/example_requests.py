"""The examples of the document as requests that a person could send."""

from __future__ import annotations

import re

import httpx

from tests.contract.openapi_document import Json, examples

# Whoever holds it already is told 304 and no more, and a part of a file is not the whole.
CONDITIONS = {"If-None-Match", "If-Range", "Range"}
# Of what excludes one another, the examples have each once.
EXCLUDED = {"downloadMix": {"preset", "depth", "speed"}, "downloadStem": {"speed"}, "downloadAll": {"depth"}}


def request_of(method: str, path: str, operation: Json) -> httpx.Request:
    """The request that the examples of an operation are."""
    left_out = CONDITIONS | EXCLUDED.get(operation["operationId"], set())
    given: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
    for parameter in operation["parameters"]:
        if parameter["name"] not in left_out and parameter["name"] != "cursor":
            given[parameter["in"]][parameter["name"]] = str(examples(parameter)[0])
    url = "http://gateway" + re.sub(r"\{(\w+)\}", lambda name: given["path"][name[1]], path)
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        body = examples(content)[0]
        if media_type == "application/json":
            return httpx.Request(method, url, params=given["query"], headers=given["header"], json=body)
        given["header"]["Content-Type"] = media_type
        return httpx.Request(method, url, params=given["query"], headers=given["header"], content=str(body))
    return httpx.Request(method, url, params=given["query"], headers=given["header"])
