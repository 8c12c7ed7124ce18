"""The words of remarks on separations: those of the document are those that a worker has."""

from __future__ import annotations

import ast

from services.gateway.api.reasons import OTHER
from services.gateway.api.remarks import EXAMPLES
from services.separation.domain.remark import RemarkCode
from tests.contract.openapi_document import document
from tests.paths import REPOSITORY

SEPARATION = REPOSITORY / "services" / "separation"


def test_the_enumeration_holds_every_word_of_a_worker() -> None:
    """A client that has words for each RemarkCode, as the page in each language, has met all that a worker says."""
    words = {code.value for code in RemarkCode}
    assert words == set(EXAMPLES)
    assert document()["components"]["schemas"]["RemarkCode"]["enum"] == [*sorted(words), OTHER]


def test_no_word_is_idle() -> None:
    """Each word is made in one place at least, and none is made but of the enumeration."""
    said: set[str] = set()
    for path in SEPARATION.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "RemarkCode":
                said.add(node.attr)
    assert said == {code.name for code in RemarkCode}


def test_a_sentence_holds_its_figures() -> None:
    """Who shows a sentence and who makes one of the figures tell the same: each figure stands in the example."""
    for code, (text, facts) in EXAMPLES.items():
        # How many values of a model were odd says nothing to a listener.
        lacking = [figure for figure in facts.values() if figure not in text and code != "MODEL_VALUES_REPLACED"]
        assert (code, lacking) == (code, [])
