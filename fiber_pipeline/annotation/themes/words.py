"""From a word as a customer typed it to the pattern elements it can stand for."""

import re
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from fiber_pipeline.annotation.themes.patterns import ANY, NUMBER
from fiber_pipeline.annotation.themes.taxonomy import Spelling

# In shorter words one letter's difference more often makes another word, above all a letter in place of another.
_SHORTEST_TYPO = 6
_SHORTEST_SUBSTITUTION = 8
_SHORTEST_SOUND = 5
_SHORTEST_LOAN = 4
# What is longer is no misspelt word, and the search for one would take ever longer.
_LONGEST_WORD = 40

# Letters that sound alike or that chat drops, in the order they are replaced; applied to both sides of a comparison.
_SOUNDS = (
    (re.compile(r"qu(?=[ei])"), "k"),
    (re.compile(r"c(?=[ei])"), "s"),
    (re.compile(r"ch"), "C"),
    (re.compile(r"c"), "k"),
    (re.compile(r"z"), "s"),
    (re.compile(r"v"), "b"),
    (re.compile(r"ll"), "y"),
    (re.compile(r"g(?=[ei])"), "j"),
    (re.compile(r"h"), ""),
    (re.compile(r"([^r])\1+"), r"\1"),
)
_DIMINUTIVE = re.compile(r"(.{3,}?)(?:(?:ec|c)?it[oa]s?|isim[oa]s?|az[oa]s?)")
# Case, number, emphasis and question marks that Guaraní adds to Spanish words as well as to its own.
_GUARANI_SUFFIX = re.compile(
    r"(.{3,}?)(?:pe|me|gui|hegui|re|rehe|ndive|ndi|gua|guara|guare|kuera|kuerape|iterei|eterei|tere|ite|ete|rei|rasa|"
    r"koa|ko|piko|niko|nio|voi|nte|ngo|ramo|mi|ma|pa|pata|ta|va|ve|vema|i)"
)
# Persons, voices and negation that Guaraní puts before Spanish verbs; `a` and `re` are left out, since too many
# Spanish words begin so.
_GUARANI_PREFIX = re.compile(
    r"(?:nd[aeo](?:che|nde|ore|je|ne|mbo)?|n[ao](?:ne|mo)?|ombo|omo|one|oje|o|na|ja|pe)(.{4,})"
)


class WordIndex:
    """Which sets of forms a word belongs to, tolerant of how people write.

    A word that no form covers as it stands is tried as: a listed variant; the known word that sounds the same;
    its base without a Spanish diminutive or superlative; a Spanish loan without Guaraní affixes; the known word
    one edit away. The first that some form covers counts.
    """

    def __init__(self, form_sets: Iterable[frozenset[str]], spelling: Spelling) -> None:
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._prefixes: dict[str, set[int]] = defaultdict(set)
        self._suffixes: dict[str, set[int]] = defaultdict(set)
        self._infixes: dict[str, set[int]] = defaultdict(set)
        self._expressions: dict[re.Pattern[str], set[int]] = defaultdict(set)
        self._any: set[int] = set()
        self._number: set[int] = set()
        for identity, forms in enumerate(form_sets):
            for form in forms:
                self._add(form, identity)
        self._prefix_lengths = sorted({len(prefix) for prefix in self._prefixes})
        self._suffix_lengths = sorted({len(suffix) for suffix in self._suffixes})
        self.any_word = frozenset(self._any)
        self.any_number = frozenset(self._any | self._number)
        self._spelling = spelling
        known = sorted({*spelling.words, *self._exact})
        self._by_sound: dict[str, str] = {}
        self._by_deletion: dict[str, list[str]] = defaultdict(list)
        for word in known:
            if len(word) >= _SHORTEST_SOUND:
                self._by_sound.setdefault(_sound(word), word)
            if len(word) >= _SHORTEST_TYPO:
                for key in _deletions(word):
                    self._by_deletion[key].append(word)

    def _add(self, form: str, identity: int) -> None:
        if form == ANY:
            self._any.add(identity)
        elif form == NUMBER:
            self._number.add(identity)
        elif "*" in form[1:-1]:
            self._expressions[re.compile(".*".join(map(re.escape, form.split("*"))))].add(identity)
        elif form.startswith("*") and form.endswith("*"):
            self._infixes[form[1:-1]].add(identity)
        elif form.startswith("*"):
            self._suffixes[form[1:]].add(identity)
        elif form.endswith("*"):
            self._prefixes[form[:-1]].add(identity)
        else:
            self._exact[form].add(identity)

    def sets_of(self, word: str) -> frozenset[int]:
        """The positions of the form sets that a folded word belongs to."""
        found = self._tolerant(word)
        return frozenset(self._any | found) if found else self.any_word

    def _tolerant(self, word: str) -> set[int]:
        found = self._direct(word)
        if found or len(word) > _LONGEST_WORD or word in self._spelling.never:
            return found
        for other in self._other_spellings(word):
            found = self._direct(other)
            if found:
                return found
        return found

    def _direct(self, word: str) -> set[int]:
        found = set(self._exact.get(word, ()))
        for length in self._prefix_lengths:
            if length > len(word):
                break
            found |= self._prefixes.get(word[:length], set())
        for length in self._suffix_lengths:
            if length > len(word):
                break
            found |= self._suffixes.get(word[-length:], set())
        for infix, identities in self._infixes.items():
            if infix in word:
                found |= identities
        for expression, identities in self._expressions.items():
            if expression.fullmatch(word):
                found |= identities
        return found

    def _other_spellings(self, word: str) -> Iterable[str]:
        if word in self._spelling.variants:
            yield self._spelling.variants[word]
        if len(word) >= _SHORTEST_SOUND and (same := self._by_sound.get(_sound(word))):
            yield same
        if base := _DIMINUTIVE.fullmatch(word):
            yield from (base[1] + ending for ending in ("o", "a", "e", ""))
        yield from _without_guarani_affixes(word)
        if (typo := self._one_edit_away(word)) is not None:
            yield typo

    def _one_edit_away(self, word: str) -> str | None:
        if len(word) < _SHORTEST_TYPO - 1:
            return None
        near = {known for key in _deletions(word) for known in self._by_deletion.get(key, ())}
        # Typos seldom hit a word's ends; a change there is more often another word or form.
        near = {known for known in near if known[0] == word[0] and known[-1] == word[-1]}
        return min((known for known in near if _is_one_edit(word, known)), default=None)


def _is_one_edit(word: str, known: str) -> bool:
    if OSA.distance(word, known) != 1:
        return False
    is_substitution = len(word) == len(known) and sorted(word) != sorted(known)
    return not is_substitution or len(word) >= _SHORTEST_SUBSTITUTION


def _sound(word: str) -> str:
    for letters, replacement in _SOUNDS:
        word = letters.sub(replacement, word)
    return word


def _deletions(word: str) -> list[str]:
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]


def _without_guarani_affixes(word: str) -> Iterable[str]:
    bases = [word]
    if prefixed := _GUARANI_PREFIX.fullmatch(word):
        bases.append(prefixed[1])
    for base in bases:
        if base is not word:
            yield base
        # Suffixes stack: "facturakuérape".
        while suffixed := _GUARANI_SUFFIX.fullmatch(base):
            base = suffixed[1]
            if len(base) < _SHORTEST_LOAN:
                break
            yield base
