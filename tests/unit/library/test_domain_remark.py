"""Remarks: sentences with their words, from code that knows words and code that does not."""

from __future__ import annotations

from services.library.domain.remark import Remark, joined, remarks_of

CLIPPED = Remark("CLIPPED", "It clips.", (("count", "3"),))
ENDS = Remark("ENDS_EARLY", "It ends early.")


def test_a_sentence_without_a_word_is_kept() -> None:
    """What older code wrote has its sentence and no word; words without a sentence are of something that is gone."""
    assert remarks_of(["It is odd.", "It clips."], [CLIPPED, ENDS]) == (Remark("", "It is odd."), CLIPPED)


def test_each_sentence_is_told_once_with_its_word() -> None:
    """Told twice, by old code and by new, a sentence stands in its first place with the word that either has."""
    plain = Remark("", CLIPPED.text)
    assert joined([plain, ENDS], [CLIPPED, ENDS]) == (CLIPPED, ENDS)
    assert joined([CLIPPED], [plain]) == (CLIPPED,)
