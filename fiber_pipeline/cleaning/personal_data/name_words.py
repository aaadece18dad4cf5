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
    ("y", "i"),
    ("k", "c"),
    ("z", "s"),
    ("v", "b"),
    ("ce", "se"),
    ("ci", "si"),
)
_DOUBLED = re.compile(r"(.)\1")
# "charla" is no Carla, "Jhon" is a Jon.
_SILENT = re.compile(r"(?<!c)h")
_SHORTEST_RESPELLED = 5
_SHORTEST_TWIN = 6
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
    word = _SILENT.sub("", _DOUBLED.sub(r"\1", word.replace("ph", "f")))
    for written, plain in _SPELLINGS:
        word = word.replace(written, plain)
    return word


_RESPELLED = frozenset(_respelled(name) for name in GIVEN if len(name) >= _SHORTEST_RESPELLED)


_SMALL = re.compile(r"([a-z]{4,})(?:c?it([oa])|ing([oa]))")


def _full(word: str) -> str:
    """What a fond form is short for: Gustavo of "gustavito"."""
    small = _SMALL.fullmatch(word)
    return small[1] + (small[2] or small[3]) if small else ""


def _twin(word: str) -> str:
    """The name of the other sex: "adriana" of "adriano"."""
    if len(word) < _SHORTEST_TWIN or word[-1] not in "ao" or word in LISTS["words_of_name_shape"]:
        return ""
    return word[:-1] + ("o" if word[-1] == "a" else "a")


@lru_cache(maxsize=50_000)
def is_given(word: str) -> bool:
    """Whether `word` is a given name wherever it stands, also in a spelling of its own."""
    if word in GIVEN:
        return True
    if word in NOT_NAMES or word in GIVEN_AMBIGUOUS:
        return False
    return (
        _full(word) in GIVEN
        or _twin(word) in GIVEN
        or (len(word) >= _SHORTEST_RESPELLED and _respelled(word) in _RESPELLED)
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
