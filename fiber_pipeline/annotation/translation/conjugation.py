"""As much Spanish inflection as a gloss needs: the present, the participle, the plural of nouns.

Second person singular is voseo (vos hacés), second person plural is ustedes, as spoken in Paraguay.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from fiber_pipeline.annotation.language.guarani import rows

DATA = Path(__file__).parent / "data"
PERSONS = ("1s", "2s", "3", "1p", "2p")
_REFLEXIVE = {"1s": "me", "2s": "te", "3": "se", "1p": "nos", "2p": "se"}
_VOS = {"a": "ás", "e": "és", "i": "ís", "í": "ís"}
_NOSOTROS = {"a": "amos", "e": "emos", "i": "imos", "í": "ímos"}
# The few whose vos and nosotros the infinitive does not give.
_SHORT = {
    ("ser", "2s"): "sos",
    ("ser", "1p"): "somos",
    ("ser", "2p"): "son",
    ("ir", "2s"): "vas",
    ("ir", "1p"): "vamos",
    ("haber", "2s"): "has",
    ("haber", "1p"): "hemos",
    ("dar", "2s"): "das",
    ("ver", "2s"): "ves",
    ("estar", "2p"): "están",
}


class _Irregular(NamedTuple):
    yo: str
    third: str
    participle: str


@cache
def _irregular() -> dict[str, _Irregular]:
    cells = rows(DATA / "spanish_verbs.tsv", 4)
    return {infinitive: _Irregular(yo, third, participle) for infinitive, yo, third, participle in cells}


def is_infinitive(words: str) -> bool:
    """Whether `words` begin with what looks like an infinitive, reflexive or not ("tomar mate", but not "a ver")."""
    return words.partition(" ")[0].removesuffix("se").endswith(("ar", "er", "ir", "ír"))


@lru_cache(maxsize=4096)
def present(infinitive: str, person: str) -> str:
    """Return the present of an infinitive ("alegrarse", "1s" gives "me alegro").

    Words after the infinitive stay as they are ("tomar mate" gives "tomo mate").
    """
    head, space, tail = infinitive.partition(" ")
    if head.endswith("se"):
        return f"{_REFLEXIVE[person]} {_finite(head[:-2], person)}{space}{tail}"
    return _finite(head, person) + space + tail


def _finite(infinitive: str, person: str) -> str:
    if (infinitive, person) in _SHORT:
        return _SHORT[infinitive, person]
    stem, theme = infinitive[:-2], infinitive[-2]
    if person == "2s":
        return stem + _VOS[theme]
    if person == "1p":
        return stem + _NOSOTROS[theme]
    irregular = _irregular().get(infinitive)
    if person == "1s":
        if irregular is not None:
            return irregular.yo
        if infinitive.endswith(("cer", "cir")) and stem[-2] in "aeiou":
            return stem[:-1] + "zco"
        if infinitive.endswith(("ger", "gir")):
            return stem[:-1] + "jo"
        return stem + "o"
    third = irregular.third if irregular is not None else stem + ("a" if theme == "a" else "e")
    return third + "n" if person == "2p" else third


@lru_cache(maxsize=4096)
def imperative(infinitive: str) -> str:
    """Return the order given to vos ("llamar" gives "llamá", "sentarse" gives "sentate")."""
    head, space, tail = infinitive.partition(" ")
    if head.endswith("se"):
        return head[:-3] + "te" + space + tail
    return ("andá" if head == "ir" else _finite(head, "2s")[:-1]) + space + tail


@lru_cache(maxsize=4096)
def participle(infinitive: str) -> str:
    """Return the participle ("hacer" gives "hecho"), without the reflexive pronoun."""
    head, space, tail = infinitive.partition(" ")
    head = head.removesuffix("se")
    irregular = _irregular().get(head)
    if irregular is not None and irregular.participle:
        return irregular.participle + space + tail
    return head[:-2] + ("ado" if head[-2] == "a" else "ido") + space + tail


def reflexive(person: str, infinitive: str) -> str:
    """Return the pronoun a reflexive infinitive needs before an auxiliary, with a space, or nothing."""
    return _REFLEXIVE[person] + " " if infinitive.partition(" ")[0].endswith("se") else ""


def plural(noun: str) -> str:
    """Return the plural of a Spanish noun ("señal" gives "señales"); words that end in s stay."""
    if noun.endswith("s"):
        return noun
    if noun.endswith("z"):
        return noun[:-1] + "ces"
    if noun.endswith("ón"):
        return noun[:-2] + "ones"
    return noun + ("s" if noun[-1] in "aeiouáéó" else "es")
