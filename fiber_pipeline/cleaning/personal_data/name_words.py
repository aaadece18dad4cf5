"""Words that are names: listed ones in any spelling, and those that have a name's shape."""

import re
from functools import lru_cache

from fiber_pipeline.cleaning.word_lists import read_word_lists

LISTS = read_word_lists(__package__, "names.yaml")
GIVEN = LISTS["given"]
GIVEN_AMBIGUOUS = LISTS["given_ambiguous"]
SURNAMES = LISTS["surnames"]
NOT_NAMES = LISTS["not_names"]

# Names are spelled as one likes: Jhonatan, Nathalia, Rossana, Karina, Derliz.
_SPELLINGS = (
    ("jh", "j"),
    ("ph", "f"),
    ("h", ""),
    ("y", "i"),
    ("k", "c"),
    ("z", "s"),
    ("v", "b"),
    ("ce", "se"),
    ("ci", "si"),
)
_DOUBLED = re.compile(r"(.)\1")
_SHORTEST_RESPELLED = 5
# How names end and hardly another word of a comment does. They are asked only of words that stand where a name may.
_GIVEN_SHAPE = re.compile(
    r"[a-z]+(?:berto|berta|aldo|alda|olfo|encio|onio|onia|elio|elia|imio|imia|avio|avia|ulio|ulia|mundo|ael|iel|nel|uel"
    r"|smar|mir|ardo|arda|linda|ilda|ildo|isela|elis|eth|rlis|rley|lson|nson|rson|ton|zmin|iana|iano|elina|elino|orio|oria|sito|lito|nita|cito|ucho)"
)
_SURNAME_SHAPE = re.compile(
    r"[a-z]{2,}(?<!id)(?<!i)[aeou]z|[a-z]{3,}(?:ssi|etti|elli|ini|eira|sky|mann|enko|ichi|moto|yama|guez|dez)"
)
_SHORTEST_SHAPE = 5


def _respelled(word: str) -> str:
    word = _DOUBLED.sub(r"\1", word)
    for written, plain in _SPELLINGS:
        word = word.replace(written, plain)
    return word


_RESPELLED = frozenset(_respelled(name) for name in GIVEN if len(name) >= _SHORTEST_RESPELLED)


_SMALL = re.compile(r"([a-z]{4,})(?:c?it([oa])|ing([oa]))")


def _full(word: str) -> str:
    """What a fond form is short for: Gustavo of "gustavito"."""
    small = _SMALL.fullmatch(word)
    return small[1] + (small[2] or small[3]) if small else ""


@lru_cache(maxsize=50_000)
def is_given(word: str) -> bool:
    """Whether `word` is a given name wherever it stands, also in a spelling of its own."""
    return (
        word in GIVEN
        or _full(word) in GIVEN
        or (
            len(word) >= _SHORTEST_RESPELLED
            and _respelled(word) in _RESPELLED
            and word not in NOT_NAMES
            and word not in GIVEN_AMBIGUOUS
        )
    )


def has_given_shape(word: str) -> bool:
    """Whether an unlisted `word` ends as given names do: "wilberto", "jazael"."""
    return (
        len(word) >= _SHORTEST_SHAPE
        and word not in NOT_NAMES
        and word not in LISTS["words_of_name_shape"]
        and _GIVEN_SHAPE.fullmatch(word) is not None
    )


def has_surname_shape(word: str) -> bool:
    """Whether an unlisted `word` ends as surnames do: "benegaz", "ruffinelli"."""
    return (
        len(word) >= _SHORTEST_SHAPE
        and word not in NOT_NAMES
        and word not in LISTS["words_of_name_shape"]
        and _SURNAME_SHAPE.fullmatch(word) is not None
    )


def is_surname(word: str) -> bool:
    """Whether `word`, folded, is a surname and no other word."""
    return word in SURNAMES


def is_known_name(word: str) -> bool:
    """Whether `word`, folded, is by itself a first name or a surname, and no other word."""
    return is_given(word) or word in SURNAMES
