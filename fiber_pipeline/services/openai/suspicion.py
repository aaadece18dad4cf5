"""Comments that look as if they were written to the model that reads them.

No list finds all of them, and the prompt says that comments are data. So it is no filter: a comment that is found is
asked about like any other, but alone, where it can spoil nothing but its own answer.
"""

import re
from functools import cache
from importlib.resources import files

import yaml

from fiber_pipeline.text import fold

# Digits and signs that stand for letters.
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_STANDS_FOR_A_LETTER = re.compile(r"[0134578@$!]")


def is_suspicious(text: str) -> bool:
    """Whether a text reads as if it spoke to a model."""
    plain = fold(text)
    if _speaks("words", plain) or _speaks("signs", text):
        return True
    if not _STANDS_FOR_A_LETTER.search(plain):
        return False
    # Only within words, so that amounts and dates stay what they are.
    spelled = " ".join(
        word if word.isalpha() or not any(map(str.isalpha, word)) else word.translate(_LEET) for word in plain.split()
    )
    return spelled != plain and _speaks("words", spelled)


def _speaks(kind: str, text: str) -> bool:
    return any(cue.search(text) for cue in _cues(kind))


@cache
def _cues(kind: str) -> tuple[re.Pattern[str], ...]:
    # One by one: together they take three times as long.
    cues = yaml.safe_load(files(__package__).joinpath("suspicion.yaml").read_text(encoding="utf-8"))[kind]
    return tuple(re.compile(cue, re.MULTILINE | re.DOTALL) for cue in cues)
