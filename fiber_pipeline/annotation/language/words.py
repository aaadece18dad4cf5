"""What one word says about its language, by itself."""

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import combining

from fiber_pipeline.annotation.language.guarani import load_dictionary, marked_form
from fiber_pipeline.annotation.language.morphology import Analysis, analyse, analyse_loan
from fiber_pipeline.annotation.language.vocabulary import load_vocabulary
from fiber_pipeline.text import fold, unstretch


class Reading(NamedTuple):
    """The evidence of a word. `weight` is log odds of Guaraní over Spanish (nats); `rule` names what gave it.

    `kind` is word, loan (a Spanish root with Guaraní affixes), suffix (after a hyphen) or skip (names, brands,
    abbreviations, laughter: no evidence at all). `foreign` are codes of neighbour languages that have this word and
    Spanish, as a rule, lacks; `shared` those with which Spanish shares it. `is_listed`: Spanish or Guaraní vocabulary
    has the word; `is_guess`: only its letters spoke.
    """

    weight: float
    rule: str
    kind: str
    foreign: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    is_listed: bool = False
    is_guess: bool = False


STRONGEST = 4.0
BARE_ROOT = 1.2  # short verb roots seldom stand without a person: "mae" or "gue" may be anything
OPEN_SYLLABLES = 0.5
_LONGEST_WORD = 40
_NASAL_VOWEL = re.compile("[ẽĩũỹ]|[eiuyg]̃")
_PUSO = re.compile(r"(?<=[aeiouyãẽĩõũỹáéíóúýnm])'(?=[aeiouyãẽĩõũỹáéíóúý])")
_NOT_GUARANI_LETTER = re.compile(r"c(?!h)|(?<!n)d|f|l|q|x|z|w|(?<!m)b")
_CLUSTER = re.compile(r"[bcdfghjklmnpqrstvwxz]{2,}")
_GUARANI_CLUSTERS = frozenset(("mb", "nd", "ng", "nt", "ch", "rr", "mp", "nk"))
_CONSONANT_END = re.compile(r"[bcdfghjklmnpqrstvwxz]$")
_Y_AS_VOWEL = re.compile(r"[bcdfghjklmnpqrstvz]y(?![aeiou])|^y[bcdfghjklmnpqrstvz]")
_LAUGHTER = re.compile(r"a?(?:ja){2,}j?a*|(?:je){2,}j?|(?:ji){2,}j?|(?:ha){2,}h?|[aj]{5,}|[ej]{6,}|m{2,}h*")
_NO_VOWEL = re.compile(r"[bcdfghjklmnpqrstvwxz0-9]+")
_NASAL_START = re.compile(r"^(mb|nd|ng)")
_SPANISH_ENDING = re.compile(
    r"(cion|ciones|mente|ando|iendo|aron|ieron|ado|ada|ados|adas|ido|ida|idos|idas|dad|dades|ista|istas|ente|entes|ante"
    r"|antes|anza|eria|iento|ientos|mento|oso|osa|osos|osas|ivo|iva|aba|aban|ario|aria|ismo|able|ible|ura|isimo|isima"
    r"|azo|azos|ito|ita|itos|itas|illo|illa)$"
)


@lru_cache(maxsize=65_536)
def read_word(surface: str) -> Reading:
    """Read a word as typed (case does not matter)."""
    marked = marked_form(unstretch(surface))
    folded = fold(marked)
    vocabulary = load_vocabulary()
    foreign = tuple(code for code, words in vocabulary.neighbours.items() if folded in words.own)
    shared = tuple(code for code, words in vocabulary.neighbours.items() if folded in words.shared)
    weight, rule, kind = _weigh(marked, folded)
    is_guess = rule.startswith("spelling")
    return Reading(weight, rule, kind, foreign, shared, kind == "word" and not is_guess, is_guess)


def _weigh(marked: str, folded: str) -> tuple[float, str, str]:
    listed = _look_up(marked, folded)
    if listed is not None:
        return listed
    spelling, signs = _spelling(marked, folded)
    # Every Guaraní root and suffix ends in a vowel, so what ends otherwise need not be taken apart, nor what is longer
    # than any word.
    is_whole = len(folded) > _LONGEST_WORD or _CONSONANT_END.search(folded)
    inflected = None if is_whole else _take_apart(marked, folded, spelling)
    if inflected is not None:
        return inflected
    return max(-STRONGEST, min(STRONGEST, spelling)), f"spelling: {signs}", "word"


def _look_up(marked: str, folded: str) -> tuple[float, str, str] | None:
    vocabulary = load_vocabulary()
    dictionary = load_dictionary()
    if folded in vocabulary.sounds or _LAUGHTER.fullmatch(folded):
        return 0.0, "laughter or call", "skip"
    if folded in vocabulary.international:
        return 0.0, "brand or technical word", "skip"
    has_marks = _NASAL_VOWEL.search(marked) is not None or _PUSO.search(marked) is not None
    if marked in dictionary.marked and (has_marks or "ã" in marked or "õ" in marked):
        return STRONGEST, "Guaraní dictionary, with its marks", "word"
    if folded in vocabulary.ambiguous:
        return vocabulary.ambiguous[folded], "word of both languages", "word"
    entries = dictionary.folded.get(folded)
    if folded in vocabulary.spanish:
        if entries:
            return -0.8, "in the Spanish and the Guaraní list", "word"
        return -3.0, "Spanish vocabulary", "word"
    if entries:
        if len(folded) <= 4 and all(entry.part_of_speech == "v" for entry in entries):
            return BARE_ROOT, "Guaraní verb root without prefix", "word"
        return min(STRONGEST, 1.6 + 0.5 * len(folded)), "Guaraní dictionary", "word"
    if folded in vocabulary.names:
        return 0.0, "name", "skip"
    if _NO_VOWEL.fullmatch(folded):
        return 0.0, "abbreviation", "skip"
    return None


def _take_apart(marked: str, folded: str, spelling: float) -> tuple[float, str, str] | None:
    """Read a word as a root with Guaraní affixes: first a Guaraní root, then a technical or a Spanish one."""
    vocabulary = load_vocabulary()
    analysis = analyse(folded)
    if analysis is not None:
        weight = _affix_weight(analysis) + spelling
        if not _keeps_enye(marked, analysis):
            weight -= 3.0
        if weight > 0.5:
            return min(STRONGEST, max(weight, 1.0)), f"Guaraní {describe(analysis)}", "word"
    if marked.endswith("'i") and folded[:-1] in vocabulary.spanish:
        return 1.5, f"Spanish root in Guaraní form: {folded[:-1]} + -'i", "loan"
    loan = analyse_loan(folded, _is_loan_root)
    if loan is None:
        return None
    if loan.root in vocabulary.international:
        return (2.0, f"technical word in Guaraní form: {describe(loan)}", "word") if loan.suffixes else None
    if loan.strength < 2 and (len(loan.root) < 5 or _SPANISH_ENDING.search(folded)):
        return None
    # Many Spanish words are another with a- or o- before it (acerca, opuesto): there the sentence must decide.
    is_doubtful = len(loan.prefixes) == 1 and not loan.suffixes and loan.prefixes[0].form in "ao"
    return 0.2 if is_doubtful else 1.5, f"Spanish root in Guaraní form: {describe(loan)}", "loan"


def _is_loan_root(folded: str) -> bool:
    vocabulary = load_vocabulary()
    return folded in vocabulary.spanish or folded in vocabulary.international


def _keeps_enye(marked: str, analysis: Analysis) -> bool:
    """Whether every ñ typed in the root is one in the dictionary; the other way round customers leave tildes out."""
    if "ñ" not in marked or analysis.entry is None:
        return True
    letters = [letter for letter in marked if letter != "'" and not combining(letter)]
    first = sum(len(affix.form) for affix in analysis.prefixes)
    root = [letter for letter in analysis.entry.form if letter != "'" and not combining(letter)]
    typed = letters[first : first + len(root)]
    return not any(letter == "ñ" != written for letter, written in zip(typed, root, strict=False))


def _affix_weight(analysis: Analysis) -> float:
    length = len(analysis.root)
    root = {1: -1.0, 2: 0.2, 3: 1.4}.get(length, 2.4)
    affixes = 0.5 * min(3, len(analysis.prefixes) + len(analysis.suffixes) - 1)
    return root + affixes + (0.4 * analysis.strength if analysis.strength else -0.5)


def _spelling(marked: str, folded: str) -> tuple[float, str]:
    """Judge a word no list knows by its letters."""
    weight = 0.0
    signs = []

    def add(amount: float, sign: str) -> None:
        nonlocal weight
        weight += amount
        signs.append(sign)

    if _NASAL_VOWEL.search(marked):
        add(4.0, "nasal vowel")
    elif "ã" in marked or "õ" in marked:
        add(2.0, "ã or õ")
    if _PUSO.search(marked):
        add(2.5, "puso")
    alien = len(_NOT_GUARANI_LETTER.findall(folded))
    if alien:
        add(-1.6 * min(alien, 3), "letters Guaraní lacks")
    clusters = sum(cluster not in _GUARANI_CLUSTERS for cluster in _CLUSTER.findall(folded))
    if clusters:
        add(-1.3 * min(clusters, 2), "consonants together")
    if _CONSONANT_END.search(folded):
        add(-2.0, "ends in a consonant")
    if _SPANISH_ENDING.search(folded) and len(folded) >= 6:
        add(-1.5, "Spanish ending")
    if _Y_AS_VOWEL.search(folded):
        add(2.5, "y as a vowel")
    if _NASAL_START.search(folded):
        add(2.5, "begins in mb, nd or ng")
    if "k" in folded:
        add(1.5, "k")
    if not alien and not clusters and not _CONSONANT_END.search(folded):
        add(OPEN_SYLLABLES, "open syllables")
    return weight, ", ".join(signs)


def describe(analysis: Analysis) -> str:
    """Write an analysis the way grammars do: "nda- + funciona + -i"."""
    parts = [f"{affix.form}-" for affix in analysis.prefixes]
    parts.append(analysis.root if analysis.entry is None else analysis.entry.form)
    parts.extend(f"-{affix.form}" for affix in analysis.suffixes)
    return " + ".join(parts) + (" (negated)" if analysis.is_negated else "")
