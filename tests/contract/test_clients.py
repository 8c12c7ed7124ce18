"""What OpenAPI Generator makes of the document: clients in Swift and Kotlin that lack nothing."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.contract.openapi_document import document, operations
from tests.paths import REPOSITORY

NAMES = {operation["operationId"] for _, _, operation in operations()}
SCHEMAS = set(document()["components"]["schemas"])
# Free objects of others, which are no class of a client: a key as RFC 7517 has it, and the document itself.
CLASSLESS = {"Document", "VerificationKey"}
# Of these, a client gives the bytes.
FILES = {"downloadAll", "downloadMix", "downloadStem", "getCover", "getSegment", "getSharedSegment"}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make clients` makes; `make test` has installed what it needs."""
    if not (REPOSITORY / ".state" / "generator").is_dir():
        pytest.skip("OpenAPI Generator is not installed: make .state/generator")
    folder = tmp_path_factory.mktemp("clients")
    subprocess.run(["make", "clients", f"TO={folder}"], cwd=REPOSITORY, check=True, capture_output=True, timeout=110)
    return folder


def functions(folder: Path, pattern: str) -> dict[str, str]:
    """Name -> what it gives, of each function of a client's API classes."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*[Aa][Pp][Ii].*")))
    return {found[1]: (found[2] or "").strip() for found in re.finditer(pattern, text, re.MULTILINE)}


def test_the_swift_client_has_every_operation(clients: Path) -> None:
    """Each operation is a Swift function of its name, files are files, and every schema is a type that builds."""
    sources = clients / "swift" / "Sources" / "StripSession"
    made = functions(sources / "APIs", r"open class func (\w+)\(.*?\) async throws\(ErrorResponse\)(?: -> (\S+))? \{")
    assert {name for name in made if not name.endswith("WithRequestBuilder")} == NAMES
    assert {name: made[name] for name in FILES} == dict.fromkeys(FILES, "URL")
    assert {path.stem for path in (sources / "Models").iterdir()} == SCHEMAS - CLASSLESS
    names = Counter(path.name for path in sources.rglob("*.swift"))
    assert [name for name, times in names.items() if times > 1] == []


def test_the_kotlin_client_has_every_operation(clients: Path) -> None:
    """Each operation is a Kotlin function of its name, files are files, and nothing overflows or is of any type."""
    sources = clients / "kotlin" / "src" / "main" / "kotlin" / "stripsession"
    made = functions(sources / "apis", r"^    fun (\w+)\(.*\) : (\S+) \{")
    assert {name for name in made if not re.search("(WithHttpInfo|RequestConfig)$", name)} == NAMES
    assert {name: made[name] for name in FILES} == dict.fromkeys(FILES, "java.io.File")
    models = {path.stem: path.read_text(encoding="utf-8") for path in (sources / "models").iterdir()}
    assert set(models) == SCHEMAS - CLASSLESS
    assert "val lengthBytes: kotlin.Long" in models["Upload"]
    assert "val playableS: kotlin.Double" in models["Track"]
    fields = {line.strip() for text in models.values() for line in text.splitlines() if line.startswith("    val ")}
    assert sorted(field for field in fields if field.endswith((": kotlin.Any", ": kotlin.Any?", "BigDecimal"))) == []


def test_what_may_be_null_is_so_in_a_client(clients: Path) -> None:
    """A null of the document is an optional of the client, for a value and for a schema of a name."""
    track = (clients / "kotlin/src/main/kotlin/stripsession/models/Track.kt").read_text(encoding="utf-8")
    for line in (
        "val durationS: kotlin.Double?",
        "val audio: Audio?",
        "val failure: Failure?",
        "val title: kotlin.String,",
    ):
        assert line in track
    swift = (clients / "swift/Sources/StripSession/Models/Track.swift").read_text(encoding="utf-8")
    for line in ("public var durationS: Double?", "public var audio: Audio?", "public var title: String\n"):
        assert line in swift
