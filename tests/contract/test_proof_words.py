"""The page has words for whatever a check may tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.retention.domain.checks import CHECKS
from services.retention.domain.finding import Reason

WORDS = Path(__file__).parents[2] / "web" / "src" / "i18n"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_has_words_for_whatever_a_check_may_tell(language: str) -> None:
    """Each check that is built, each figure and each reason is said in this language, and nothing that is gone."""
    text = (WORDS / language / "proofs.ts").read_text(encoding="utf-8")
    parts = {
        name: set(re.findall(r"^    (\w+):", body, re.MULTILINE))
        for name, body in re.findall(r"^  (looks|figures|reasons): \{\n(.*?)^  \}", text, re.MULTILINE | re.DOTALL)
    }
    built = {name: check for name, check in CHECKS.items() if check.is_built}
    assert parts["looks"] == set(built)
    assert parts["figures"] == {figure for check in built.values() for figure in check.figures}
    assert parts["reasons"] == set(Reason)
