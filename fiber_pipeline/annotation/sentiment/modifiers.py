"""Words that change what others weigh: negations, intensifiers, dampeners, contrast. Read from `modifiers.tsv`."""

from dataclasses import dataclass

from fiber_pipeline.annotation.sentiment.data_files import DATA, DataFileError, rows
from fiber_pipeline.text import fold

ROLES = {
    "negation": "denies what follows, up to `value` tokens on",
    "denial_after": "denies what stands up to `value` tokens before it (mba'eve problema ndaipóri)",
    "degree": "multiplies what follows by `value`; below 0 turns it round (poco útil)",
    "degree_after": "multiplies what stands before it by `value` (me gusta mucho, ivai eterei)",
    "contrast": "the clause it opens counts `value` times, the one before is played down",
    "concession": "the clause it opens counts `value` times",
    "asks": "as a question's first word it asks for information, so that blame in it weighs next to nothing",
    "stop": "ends the reach of a negation",
}
FILE = "modifiers.tsv"


@dataclass(frozen=True)
class Modifier:
    """What a word does to others: the value by role."""

    negation: float = 0.0
    denial_after: float = 0.0
    degree: float = 0.0
    degree_after: float = 0.0
    contrast: float = 0.0
    concession: float = 0.0
    asks: float = 0.0
    stop: float = 0.0


def load_modifiers() -> dict[str, Modifier]:
    """Return modifiers by folded word. Raises DataFileError with the line for a malformed one."""
    path = DATA / FILE
    values: dict[str, dict[str, float]] = {}
    for line, cells in rows(path, ("word", "role", "value")):
        if cells["role"] not in ROLES:
            raise DataFileError(path, line, f"unknown role {cells['role']!r}; there are {', '.join(ROLES)}")
        try:
            value = float(cells["value"])
        except ValueError:
            raise DataFileError(path, line, f"{cells['value']!r} is no number") from None
        values.setdefault(fold(cells["word"]), {})[cells["role"]] = value
    return {word: Modifier(**own) for word, own in values.items()}
