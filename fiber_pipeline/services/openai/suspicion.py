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
    hint, cues = cues_of(kind)
    return hint.search(text) is not None and any(cue.search(text) for cue in cues)


@cache
def cues_of(kind: str) -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]:
    """Of `words` or `signs`: the hint without which none matches, and the cues."""
    told = yaml.safe_load(files(__package__).joinpath("suspicion.yaml").read_text(encoding="utf-8"))[kind]
    flags = re.MULTILINE | re.DOTALL
    return re.compile(told["hint"], flags), tuple(re.compile(cue, flags) for cue in told["cues"])
