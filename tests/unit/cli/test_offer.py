"""Which model `stripsession separate` asks for when none is named: the one that the server would take."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import httpx
import pytest

from cli.exits import CommandFault
from cli.gateway import Gateway
from cli.separate import check_offer, request_of
from cli.verbs import _parser

MODELS = [
    {"name": "quartet", "stems": ["vocals"], "licence": "Apache-2.0", "is_default": True},
    {"name": "duo", "stems": ["vocals"], "licence": "MIT", "is_default": False},
    {"name": "sextet", "stems": ["vocals"], "licence": "", "is_default": False},
]


async def offered(models: list[str], default: str | None, asked: str = "", formats: tuple[str, ...] = ()) -> str:
    """The name of the model that is asked for, on a plan with these models and formats."""
    plan = {"title": "Studio", "models": models, "default_model": default, "formats": formats}

    def answer(request: httpx.Request) -> httpx.Response:
        is_catalogue = request.url.path == "/v1/models"
        return httpx.Response(200, json={"models": MODELS} if is_catalogue else {"plan": plan})

    gateway = Gateway("http://127.0.0.1:8080", httpx.MockTransport(answer))
    request = request_of(_parser().parse_args(["separate", "song.wav", "--out", str(Path("stems"))]))
    try:
        return await check_offer(gateway, dataclasses.replace(request, model=asked))
    finally:
        await gateway.close()


@pytest.mark.parametrize(
    ("models", "default", "asked", "name"),
    [
        ([], None, "", "quartet"),
        ([], "duo", "", "duo"),
        ([], "sextet", "", "quartet"),
        ([], "gone", "", "quartet"),
        (["sextet", "quartet"], "sextet", "", "quartet"),
        (["sextet"], "sextet", "sextet", "sextet"),
    ],
)
async def test_a_plans_model_is_taken_unasked_only_with_a_licence(
    models: list[str], default: str | None, asked: str, name: str
) -> None:
    """A plan's own model is taken when none is named and it has a licence; one without is had by its name alone."""
    assert await offered(models, default, asked) == name


async def test_a_plan_without_a_model_to_take_says_what_to_name() -> None:
    """Where neither the plan's own nor the server's may be taken, the command says which to name, and how."""
    with pytest.raises(CommandFault, match=r"Studio has no model to take .* name one with --model: sextet"):
        await offered(["sextet"], "sextet")
    with pytest.raises(CommandFault, match="does not have the model duo; it has sextet"):
        await offered(["sextet"], "sextet", "duo")


async def test_a_format_that_the_plan_has_not_is_refused_before_anything_is_sent() -> None:
    """A song is not separated for files that cannot be fetched: the command names the formats that there are."""
    assert await offered([], None, formats=("flac", "wav")) == "quartet"
    with pytest.raises(CommandFault, match=r"Studio has no flac; add --format: mp3, wav"):
        await offered([], None, formats=("mp3", "wav"))
