"""The word lists of Spanish, of its neighbours, and of what says nothing about the language."""

from dataclasses import dataclass
from functools import cache

import yaml

from fiber_pipeline.annotation.language.guarani import DATA, rows
from fiber_pipeline.text import fold

_AR = "ar a o as an amos e es en emos ado ada ados adas ando aba aban abas aste aron ara aran are aria arian"
_ER = "er e o es en emos a as an amos ido ida idos idas iendo ia ian i io iste ieron iera ieran era eria eran"
_IR = "ir e o es en imos a as an amos ido ida idos idas iendo ia ian i io iste ieron iera ieran ira iria iran"
_CLITICS = ("me", "te", "se", "lo", "la", "le", "los", "las", "les", "nos")


@dataclass(frozen=True)
class Neighbour:
    """Another language's words, folded: those Spanish lacks, and those it shares."""

    own: frozenset[str]
    shared: frozenset[str]


@dataclass(frozen=True)
class Vocabulary:
    """Folded words. `spanish` includes the regular forms of the listed verbs; `ambiguous` gives log odds."""

    spanish: frozenset[str]
    ambiguous: dict[str, float]
    neighbours: dict[str, Neighbour]
    names: frozenset[str]
    international: frozenset[str]
    sounds: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


def _before_e(stem: str) -> str:
    """Spell an -ar stem before e: busc- busqu-, pag- pagu-, alcanz- alcanc-."""
    if stem.endswith("c"):
        return stem[:-1] + "qu"
    if stem.endswith("g"):
        return stem + "u"
    return stem[:-1] + "c" if stem.endswith("z") else stem


def _conjugated(stems: str, endings: str) -> set[str]:
    forms = set()
    for stem in _words(stems):
        for ending in endings.split():
            spelled = _before_e(stem) if endings is _AR and ending[0] == "e" else stem
            forms.add(spelled + ending)
        hosts = (stem + endings.split()[0], stem + ("ando" if endings is _AR else "iendo"))
        forms.update(host + clitic for host in hosts for clitic in _CLITICS)
    return forms


@cache
def load_vocabulary() -> Vocabulary:
    """Read the word lists of `data/`."""
    groups = yaml.safe_load((DATA / "spanish.yaml").read_text(encoding="utf-8"))
    spanish: set[str] = set()
    for group, words in groups.items():
        endings = {"verbs_ar": _AR, "verbs_er": _ER, "verbs_ir": _IR}.get(group)
        spanish |= _words(words) if endings is None else _conjugated(words, endings)
    names = yaml.safe_load((DATA / "names.yaml").read_text(encoding="utf-8"))
    neighbours = yaml.safe_load((DATA / "neighbours.yaml").read_text(encoding="utf-8"))
    return Vocabulary(
        spanish=frozenset(spanish),
        ambiguous={word: float(weight) for word, weight, _note in rows(DATA / "ambiguous.tsv", 3)},
        neighbours={
            language: Neighbour(_words(lists["own"]), _words(lists["shared"])) for language, lists in neighbours.items()
        },
        names=_words(names["people"]) | _words(names["places"]),
        international=_words(names["international"]),
        sounds=_words(names["sounds"]),
    )
