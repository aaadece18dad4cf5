"""A comment as a search for names reads it: words, capitals, neighbours, where a name ends, whether it is a place's."""

import re
from functools import cached_property
from typing import NamedTuple

from fiber_pipeline.cleaning.personal_data.name_words import (
    GIVEN,
    GIVEN_AMBIGUOUS,
    LISTS,
    NOT_NAMES,
    SURNAMES,
    has_surname_shape,
    is_given,
)
from fiber_pipeline.cleaning.personal_data.places import is_brand, is_town, protected_spans
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView

_WORD = re.compile(r"[a-z]+")
_PLACE_PREDICATE = re.compile(
    r" (?:sin|no (?:tiene|hay|llega|existe|anda|funciona)|tiene (?:mala|buena|poca)|anda|lent[oa]"
    r"|se (?:corta|cae|queda|quedo)|quedo|con (?:mala|buena|poca)|es (?:un lugar|una zona|otro)|tampoco|y )"
)
NEVER_NAMES = NOT_NAMES - GIVEN - GIVEN_AMBIGUOUS - SURNAMES - LISTS["surnames_ambiguous"] - LISTS["surnames_words"]
_LONGEST_NAME = 7
SHORTEST_UNKNOWN = 3


class Word(NamedTuple):
    """A word at `plain[start:end]`, folded but for its ñ."""

    text: str
    start: int
    end: int
    is_capital: bool


class NameReader:
    """Reads names off a view. Words are told apart only once one is asked for."""

    def __init__(self, view: PlainView) -> None:
        self.view = view
        self.plain = view.plain
        self._protected: list[tuple[int, int]] | None = None

    @cached_property
    def words(self) -> list[Word]:
        """The text's words in their order."""
        visible = self.view.visible
        has_tilde = "ñ" in visible or "Ñ" in visible
        words = []
        for match in _WORD.finditer(self.plain):
            text, (start, end) = match.group(), match.span()
            # "aña" and "año" are no Ana: a tilde on the n is another letter.
            if has_tilde and text != (shown := visible[start:end].lower()) and "ñ" in shown:
                text = "".join("ñ" if was == "ñ" else now for was, now in zip(shown, text, strict=True))
            words.append(Word(text, start, end, visible[start].isupper()))
        return words

    @cached_property
    def has_case(self) -> bool:
        """Whether a capital marks a name."""
        return self.view.tells_case

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {word.start: position for position, word in enumerate(self.words)}

    def is_protected(self, place: int) -> bool:
        """Whether a town's, a street's, a brand's name or a saying stands at `place`."""
        if self._protected is None:
            self._protected = protected_spans(self.plain)
        return any(start <= place < end for start, end in self._protected)

    def is_listed(self, word: Word) -> bool:
        """Whether a word may be part of a name, once a name has begun."""
        if word.text in SURNAMES or is_given(word.text):
            return True
        if word.text in GIVEN_AMBIGUOUS or word.text in LISTS["surnames_ambiguous"]:
            return word.is_capital or not self.has_case
        if word.text in LISTS["surnames_words"]:
            return word.is_capital and (self.has_case or len(self.words) < 6)
        return has_surname_shape(word.text) and word.is_capital >= self.has_case

    def adjoins(self, position: int) -> bool:
        """Whether the word at `position` follows the one before with nothing but a space or an initial between."""
        between = self.plain[self.words[position - 1].end : self.words[position].start]
        before = self.words[position - 1]
        return between == " " or (between in (". ", ".") and before.end - before.start == 1)

    def follows(self, position: int) -> bool:
        """Whether the word at `position` stands next to the one before, or after it and a comma: "Benítez, Juan"."""
        between = self.plain[self.words[position - 1].end : self.words[position].start]
        return between == ", " or self.adjoins(position)

    def is_initial(self, word: Word) -> bool:
        """Whether `word` is a letter that stands for a name."""
        return word.end - word.start == 1 and word.is_capital and self.plain.startswith(".", word.end)

    def is_unknown(self, word: Word, *, has_case: bool | None = None) -> bool:
        """Whether a capital shows a word that is listed nowhere to be a name, where one may stand."""
        return (
            (self.has_case if has_case is None else has_case)
            and word.is_capital
            and word.text not in NOT_NAMES
            and not is_brand(word.text)
            and not is_town(word.text)
            and word.end - word.start >= SHORTEST_UNKNOWN
        )

    def extend(self, position: int, *, takes_unknown: bool) -> int:
        """The position of the last word of the name whose first word is at `position`."""
        last = position
        here = position + 1
        while here < len(self.words) and here - position < _LONGEST_NAME and self.adjoins(here):
            word = self.words[here]
            if word.text in LISTS["particles"]:
                here += 1
                continue
            is_initial = (
                word.end - word.start == 1
                and word.is_capital
                and self.has_case
                and self.plain[word.end : word.end + 1] in (".", "")
            )
            if not (self.is_listed(word) or is_initial or (takes_unknown and self.is_unknown(word))):
                break
            last = here
            here += 1
        return last

    def words_before(self, position: int, count: int) -> list[str]:
        """The texts of as many words before the one at `position`."""
        return [word.text for word in self.words[max(0, position - count) : position]]

    def at(self, place: int) -> int | None:
        """The position of the word that begins at `place`; None where it can be no name's, as hardly any can."""
        word = _WORD.match(self.plain, place)
        return None if word is None or word.group() in NEVER_NAMES else self._positions.get(place)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words from `first` to `last` stand."""
        return self.words[first].start, self.words[last].end

    def is_place(self, first: int, last: int) -> bool:
        """Whether words before or after a name make it a place's: "en Juan Manuel Frutos", "Doctor Gill sin fibra"."""
        rank = self.words[first - 1] if first and self.follows_rank(first) else None
        before = self.words[first - (2 if rank else 1)] if first >= (2 if rank else 1) else None
        if rank and rank.text in LISTS["place_ranks"]:
            return rank.is_capital or not self.has_case
        if before is not None and before.text in ("de", "del", "la") and first - (2 if rank else 1) > 0:
            owner = self.words[first - (3 if rank else 2)].text
            if owner in LISTS["owned_shields"]:  # "Virgen de Itatí", "Colegio de San Juan"
                return True
        if before is not None and before.text in LISTS["shields"]:
            return True
        if before is not None and before.text in LISTS["locatives"] and (rank or last > first):
            return True
        is_called = before is not None and before.text in LISTS["articles"]
        return bool(rank and rank.text in LISTS["degrees"] and not is_called) and bool(
            _PLACE_PREDICATE.match(self.plain, self.words[last].end)
        )

    def follows_rank(self, position: int) -> bool:
        """Whether a rank stands right before the word at `position`."""
        before = self.words[position - 1]
        between = self.plain[before.end : self.words[position].start]
        return between in (" ", ". ", ".") and (before.text in LISTS["place_ranks"] or before.text in LISTS["degrees"])
