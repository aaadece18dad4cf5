"""Text whose UTF-8 was once read as cp1252 or latin-1 ("conexiÃ³n"), put right."""

import re
from functools import lru_cache

import ftfy

# A lead byte of UTF-8 seen as cp1252, followed by a continuation byte seen the same way. Cheap and too wide:
# ftfy decides. Genuine Spanish, Guaraní and Portuguese hardly ever have such pairs.
_SUSPECT = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
# Encoding alone: quotes, ligatures, widths and line breaks are the customer's own.
_ENCODING_ONLY = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
)


def repair_mojibake(texts: list[str | None]) -> list[str | None]:
    """Return `texts` with mojibake repaired and everything else as it stood; the same list if none needs it."""
    if not _SUSPECT.search("\n".join(filter(None, texts))):
        return texts
    return [_repair(text) if text and _SUSPECT.search(text) else text for text in texts]


@lru_cache(maxsize=20_000)
def _repair(text: str) -> str:
    return ftfy.fix_encoding(text, _ENCODING_ONLY)
