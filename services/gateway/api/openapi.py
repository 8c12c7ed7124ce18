"""The OpenAPI 3.1 document, made of the routes themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.gateway.api.endpoint import Access, Endpoint
from services.gateway.api.problems import MEDIA_TYPE
from services.gateway.api.schema import Text
from services.gateway.api.schemas import SCHEMAS
from services.gateway.domain.identifiers import PATTERNS

_VERSION = "1.0.0"
_PARAMETER = re.compile(r"\{([a-z_]+)\}")


def document(endpoints: Iterable[Endpoint]) -> dict[str, object]:
    """The whole document."""
    paths: dict[str, dict[str, object]] = {}
    schemas = dict(SCHEMAS)
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
        if endpoint.body is not None:
            schemas[endpoint.body.name] = endpoint.body.json_schema()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "StripSession",
            "version": _VERSION,
            "summary": "Upload a song, get its stems.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "stripsession_access"},
            },
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, object]:
    operation: dict[str, object] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint),
        "security": [{"bearer": []}, {"cookie": []}] if endpoint.access is Access.SIGNED else [],
    }
    if endpoint.body is not None:
        required = any(member.required for member in endpoint.body.members)
        schema = {"$ref": f"#/components/schemas/{endpoint.body.name}"}
        operation["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    elif endpoint.body_media_type:
        operation["requestBody"] = {"content": {endpoint.body_media_type: {}}}
    return operation


def _parameters(endpoint: Endpoint) -> list[dict[str, object]]:
    parameters: list[dict[str, object]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^(?:{PATTERNS[name]})$"},
        }
        for name in _PARAMETER.findall(endpoint.path)
    ]
    for place, declared in (("query", endpoint.query), ("header", endpoint.headers)):
        parameters += [
            {
                "name": parameter.name,
                "in": place,
                "description": parameter.summary,
                "required": isinstance(parameter, Text) and parameter.required,
                "schema": parameter.json_schema(),
            }
            for parameter in declared
        ]
    return parameters


def _responses(endpoint: Endpoint) -> dict[str, object]:
    responses: dict[str, object] = {}
    for answer in endpoint.answers:
        response: dict[str, object] = {"description": answer.summary}
        if answer.schema:
            media_type = MEDIA_TYPE if answer.schema == "Problem" else "application/json"
            response["content"] = {media_type: {"schema": {"$ref": f"#/components/schemas/{answer.schema}"}}}
        elif answer.media_types:
            response["content"] = {media_type: {} for media_type in answer.media_types}
        if answer.headers:
            response["headers"] = {name: {"schema": {"type": "string"}} for name in answer.headers}
        responses[str(answer.status)] = response
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses["default"] = {"description": "It was refused; the problem says why and what to do.", "content": problem}
    return responses
