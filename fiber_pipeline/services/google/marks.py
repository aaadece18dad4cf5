"""Redaction marks in a translation: `[TELEFONO]` is a sign, not a word, and must come back as it went."""

import re
from collections import Counter

from fiber_pipeline.text import MARK, fold

# What becomes of brackets and their content: spaces, other brackets of the same look, a translated or accented word.
_BRACKETED = re.compile(r"[\[［【]\s*([^\[\]［］【】]{1,40}?)\s*[\]］】]")


def with_marks_of(source: str, translation: str) -> str | None:
    """`translation` with the marks of `source`, repaired where it is clear what each was; None where it is not.

    A mark whose letters changed in case or accents is known by them. One that was translated is known by its brackets,
    if all that are left to place are of one kind and as many as there are brackets left.
    """
    marks = MARK.findall(source)
    if not marks:
        return translation
    wanted = Counter(marks)
    by_letters = {fold(mark[1:-1]): mark for mark in wanted}
    repaired = _BRACKETED.sub(lambda found: by_letters.get(fold(found[1]), found[0]), translation)
    lost = wanted - Counter(MARK.findall(repaired))
    strange = [found for found in _BRACKETED.findall(repaired) if f"[{found}]" not in source]
    if len(lost) == 1 and len(strange) == lost.total():
        (mark,) = lost
        repaired = _BRACKETED.sub(lambda found: mark if found[1] in strange else found[0], repaired)
    return repaired if Counter(MARK.findall(repaired)) == wanted else None
