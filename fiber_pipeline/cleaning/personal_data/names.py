"""Names of people: those who say who they are, those who are called by a title, those whose names are listed.

A listed name counts in any case, since customers write "me atendio carlos". Names that are also words, months or towns
need another name beside them or words that announce one. Towns, brands and sayings made of names are spared.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fiber_pipeline.cleaning.personal_data.places import is_brand, protected_spans
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView
from fiber_pipeline.cleaning.word_lists import alternatives, read_word_lists

_LISTS = read_word_lists(__package__, "names.yaml")
_GIVEN = _LISTS["given"]
_GIVEN_AMBIGUOUS = _LISTS["given_ambiguous"]
_SURNAMES = _LISTS["surnames"]
_NOT_NAMES = _LISTS["not_names"]
_FIRST_OR_LAST = _GIVEN_AMBIGUOUS | _SURNAMES
_TITLES = alternatives(_LISTS["titles"])
_TITLES_SHORT = alternatives(_LISTS["titles_short"])

_WORD = re.compile(r"[a-z]+")
_SELF = re.compile(
    r"\b(?P<cue>me llamo|mi nombre(?: completo)?(?: es)?|nombre y apellido|nombre(?: completo)?(?= ?:)"
    r"|che ?re?ra|che ?hae|my name is|i am|im|me chamo|meu nome e|a nombre del?|a mi nombre|(?:yo )?soy|(?:te )?habla"
    r"|titular(?: es| del servicio)?|firma(?:do)?(?: por)?|att?e|atentamente|cordialmente"
    r"|saludos(?: cordiales)?(?: de)?|les? (?:habla|escribe|saluda))\b[ :,.;-]{0,3}"
    rf"(?:(?:es|yo|de|la|el|mita|kunatai|{_TITLES}|{_TITLES_SHORT})\b[. ]{{1,2}}){{0,3}}"
)
_TITLE = re.compile(
    rf"\b(?:(?P<short>(?:{_TITLES_SHORT})\b[. ]{{1,2}})|(?:{_TITLES}) )"
    rf"(?:(?:que|es|la|el|{_TITLES}|{_TITLES_SHORT})\b[. ]{{1,2}}){{0,2}}(?P<of>de )?"
)
# After these, only what looks like a name in full, or is known as one, is taken for it.
_VAGUE_CUES = (
    "i am",
    "im",
    "che ha",
    "cheha",
    "saludos",
    "les",
    "le ",
    "titular",
    "soy",
    "yo soy",
    "habla",
    "te habla",
)
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


def _respelled(word: str) -> str:
    word = _DOUBLED.sub(r"\1", word)
    for written, plain in _SPELLINGS:
        word = word.replace(written, plain)
    return word


# A comment with none of these words, and none of the listed names, holds none that could be found.
_SELF_WORDS = _LISTS["introductions"]
_TITLE_WORDS = frozenset(title.split()[-1] for kind in ("titles", "titles_short") for title in _LISTS[kind])


_RESPELLED = frozenset(_respelled(name) for name in _GIVEN if len(name) >= _SHORTEST_RESPELLED)


@lru_cache(maxsize=50_000)
def _is_given(word: str) -> bool:
    """Whether `word` is a given name wherever it stands, also in a spelling of its own."""
    return word in _GIVEN or (
        len(word) >= _SHORTEST_RESPELLED
        and _respelled(word) in _RESPELLED
        and word not in _NOT_NAMES
        and word not in _GIVEN_AMBIGUOUS
    )


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    is_capital: bool


class _Finder:
    def __init__(self, view: PlainView) -> None:
        self.view = view
        self.plain = view.plain
        self.words = [self._word(match) for match in _WORD.finditer(view.plain)]
        self.has_case = view.tells_case
        self._positions = {word.start: position for position, word in enumerate(self.words)}

    def _word(self, match: re.Match[str]) -> _Word:
        text, (start, end) = match.group(), match.span()
        shown = self.view.shown(start, end)
        # "aña" and "año" are no Ana: a tilde on the n is another letter.
        if "ñ" in shown or "Ñ" in shown:
            text = "".join("ñ" if was in "ñÑ" else now for was, now in zip(shown, text, strict=False))
        return _Word(text, start, end, shown[:1].isupper())

    def is_listed(self, word: _Word) -> bool:
        """Whether a word may be part of a name, once a name has begun."""
        if word.text in _SURNAMES or _is_given(word.text):
            return True
        if word.text in _GIVEN_AMBIGUOUS or word.text in _LISTS["surnames_ambiguous"]:
            return word.is_capital or not self.has_case
        return word.text in _LISTS["surnames_words"] and word.is_capital and (self.has_case or len(self.words) < 6)

    def adjoins(self, position: int) -> bool:
        """Whether the word at `position` follows the one before with nothing but a space or an initial between."""
        between = self.plain[self.words[position - 1].end : self.words[position].start]
        before = self.words[position - 1]
        return between == " " or (between in (". ", ".") and before.end - before.start == 1)

    def follows(self, position: int) -> bool:
        """Whether the word at `position` stands next to the one before, or after it and a comma: "Benítez, Juan"."""
        between = self.plain[self.words[position - 1].end : self.words[position].start]
        return between == ", " or self.adjoins(position)

    def is_initial(self, word: _Word) -> bool:
        """Whether `word` is a letter that stands for a name."""
        return word.end - word.start == 1 and word.is_capital and self.plain.startswith(".", word.end)

    def extend(self, position: int, *, takes_unknown: bool) -> int:
        """The position of the last word of the name whose first word is at `position`."""
        last = position
        here = position + 1
        while here < len(self.words) and here - position < 7 and self.adjoins(here):
            word = self.words[here]
            if word.text in _LISTS["particles"]:
                here += 1
                continue
            is_initial = (
                word.end - word.start == 1
                and word.is_capital
                and self.has_case
                and self.plain[word.end : word.end + 1] in (".", "")
            )
            is_unknown_name = (
                takes_unknown
                and self.has_case
                and word.is_capital
                and word.text not in _NOT_NAMES
                and not is_brand(word.text)
                and word.end - word.start > 2
            )
            if not (self.is_listed(word) or is_initial or is_unknown_name):
                break
            last = here
            here += 1
        return last

    def at(self, place: int) -> int | None:
        """The position of the word that begins at `place`."""
        return self._positions.get(place)

    def span(self, first: int, last: int) -> tuple[int, int]:
        return self.words[first].start, self.words[last].end


def find_names(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` names of people stand."""
    words = view.words
    is_introduced = not words.isdisjoint(_SELF_WORDS)
    is_titled = not words.isdisjoint(_TITLE_WORDS)
    is_listed = not words.isdisjoint(_FIRST_OR_LAST) or any(map(_is_given, words))
    if not (is_introduced or is_titled or is_listed):
        return
    finder = _Finder(view)
    if is_introduced:
        yield from _introduced(finder)
    if is_titled:
        yield from _titled(finder)
    if is_listed:
        yield from _listed(finder)


def _introduced(finder: _Finder) -> Iterator[tuple[int, int]]:
    """Names after "me llamo", "a nombre de", "atte." and their like."""
    for match in _SELF.finditer(finder.plain):
        position = finder.at(match.end())
        if position is None:
            continue
        cue, word = match.group("cue"), finder.words[position]
        last = finder.extend(position, takes_unknown=True)
        is_long = last > position
        is_known = finder.is_listed(word) or word.text in _GIVEN_AMBIGUOUS
        if cue.endswith("soy"):
            # "Soy Franco" may be candour, "soy de Mariano Roque Alonso" is a town; "soy Benítez" is a name.
            if " de " in match.group():
                continue
            is_known = _is_given(word.text) or word.text in _SURNAMES
        if (word.text in _NOT_NAMES or is_brand(word.text)) and not (is_known and is_long):
            continue
        is_vague = cue.startswith(_VAGUE_CUES)
        says_name = "nombre es" in cue or cue.startswith(("che re", "chere", "my name", "meu nome", "me chamo"))
        looks_like_one = finder.has_case and word.is_capital and word.end - word.start > 2
        if (
            (is_known and (not is_vague or word.is_capital or is_long or _is_given(word.text)))
            or (looks_like_one and (is_long or not is_vague))
            or (finder.is_initial(word) and is_long)
            or (says_name and word.end - word.start > 2)
        ):
            yield finder.span(position, last)


def _titled(finder: _Finder) -> Iterator[tuple[int, int]]:
    """Names after "Sra.", "el técnico", "mi hija" and their like."""
    protected: list[tuple[int, int]] | None = None
    for match in _TITLE.finditer(finder.plain):
        position = finder.at(match.end())
        if position is None:
            continue
        word = finder.words[position]
        if word.text in _NOT_NAMES or is_brand(word.text):
            continue
        is_known = _is_given(word.text) or word.text in _SURNAMES or (finder.is_listed(word) and word.is_capital)
        # A capital after "srta." tells as much as one inside a sentence, unless all are capitals.
        tells = finder.has_case or (match["short"] and not finder.view.text.isupper())
        looks_like_one = tells and word.is_capital and word.end - word.start > 2 and not match["of"]
        starts_with_initial = finder.is_initial(word) and finder.extend(position, takes_unknown=True) > position
        if not (looks_like_one or is_known or starts_with_initial):
            continue
        if protected is None:
            protected = protected_spans(finder.plain)
        if not any(start <= match.start() < end for start, end in protected):
            yield finder.span(position, finder.extend(position, takes_unknown=True))


def _listed(finder: _Finder) -> Iterator[tuple[int, int]]:
    """Names that are known as such, and unknown ones before a known surname."""
    starts = [position for position in range(len(finder.words)) if _may_start(finder, position)]
    if not starts:
        return
    protected = protected_spans(finder.plain)
    done = -1
    for position in starts:
        word = finder.words[position]
        if position <= done or any(start <= word.start < end for start, end in protected):
            continue
        before = finder.words[position - 1] if position and finder.follows(position) else None
        if before and before.text in _LISTS["shields"] and finder.adjoins(position):
            continue
        last = finder.extend(position, takes_unknown=False)
        if not _is_given(word.text) and not _is_confirmed(finder, position, last, done):
            continue
        done = last
        is_surname_first = before is not None and before.text in _SURNAMES and before.is_capital >= word.is_capital
        yield finder.span(position - 1 if is_surname_first else position, last)


def _may_start(finder: _Finder, position: int) -> bool:
    word = finder.words[position]
    if _is_given(word.text) or word.text in _GIVEN_AMBIGUOUS:
        return True
    if not (finder.has_case and word.is_capital and word.end - word.start > 2) or word.text in _NOT_NAMES:
        return False
    return (
        position + 1 < len(finder.words)
        and finder.adjoins(position + 1)
        and finder.words[position + 1].is_capital
        and finder.words[position + 1].text in _SURNAMES
        and not is_brand(word.text)
    )


def _is_confirmed(finder: _Finder, position: int, last: int, done: int) -> bool:
    """Whether what is about an ambiguous or unknown first name shows that it is one."""
    word = finder.words[position]
    if last > position:
        return finder.words[last].text in _SURNAMES or (finder.has_case and word.is_capital)
    follows_name = done >= 0 and done == position - 2 and finder.words[position - 1].text in ("y", "e")
    return follows_name and finder.has_case and word.is_capital


def is_known_name(word: str) -> bool:
    """Whether `word`, folded, is by itself a first name or a surname, and no other word."""
    return _is_given(word) or word in _SURNAMES
