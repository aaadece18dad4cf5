"""Forms of a word under which its spellings meet."""

import re
import unicodedata
from functools import lru_cache

# Guaraní writes the puso (glottal stop) with whatever apostrophe a keyboard offers.
APOSTROPHES = "'’‘ʼʹʻꞌ´`′"
_DROP_APOSTROPHES = str.maketrans("", "", APOSTROPHES)
_MARKS = re.compile("[\u0300-\u036f]+")  # the block of combining diacritical marks
_STRETCH = re.compile(r"([^\W\d_])\1{2,}")


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Lower case, without accents, tildes or apostrophes: "Ñe'ẽ" becomes "nee", "AÑO" "ano".

    Written rules and lexicons match on folded forms, since customers leave marks out as often as not.
    """
    lowered = text.translate(_DROP_APOSTROPHES).lower()
    return lowered if lowered.isascii() else _MARKS.sub("", unicodedata.normalize("NFD", lowered))


def unstretch(word: str) -> str:
    """One letter where three or more repeat: "buenísimooo" becomes "buenísimo"."""
    return _STRETCH.sub(r"\1", word)
