"""Checks that only free writing needs, before any figure is looked up: a model may say what no rule ever would.

The tables can bear out figures, periods and comments, not words. So a model may not put into words what is theirs to
show: numbers, months, movements; nor lead readers elsewhere, as a comment may have told it to.
"""

import re
from collections.abc import Sequence

from fiber_pipeline.insight.citations import PERIOD, Statement
from fiber_pipeline.insight.spanish import without_numbers

_MOST_SENTENCE, _MOST_TITLE, _MOST_STEPS = 400, 120, 600
_NUMBER_WORDS = re.compile(
    r"\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\w+|veint[ei]\w*|"
    r"treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|cientos?|(?:dos|tres|cuatro|seis|sete|ocho|"
    r"nove)cient[oa]s|quinient[oa]s|mil|miles|mill[oó]n|millones|docenas?|decenas?|centenas?|centenar(?:es)?|mitad|"
    r"tercios?|(?:tercera|cuarta|quinta|décima) parte|doble|triple)\b",
    re.IGNORECASE,
)
_MONTH_NAMES = re.compile(
    r"\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"«([^»]+)»")
_ADDRESS = re.compile(r"://|@|\bwww\.|[^\W\d]{2,}\.[^\W\d]{2,}", re.IGNORECASE)
_RISE = re.compile(
    r"\b(?:sub(?:e|en|i[oó]|ieron)|aument\w+|crec(?:e|en|i[oó]|ieron|imiento)|mejor(?:a|an|[oó]|aron)|alza|"
    r"increment\w+|repunt\w+)\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(?:(?<!de )(?<!es )(?<!muy )baja|bajan|baj[oó]|bajaron|ca(?:e|en|y[oó]|yeron|[ií]da)|descen\w+|disminu\w+|"
    r"empeor\w+|deterior\w+|retroce\w+|redu(?:jo|jeron|ce|cen))\b",
    re.IGNORECASE,
)
_OUTSTANDING = re.compile(r"\b(?:por encima de|pico|habitual|se dispar\w+)", re.IGNORECASE)
_MOVEMENTS = {"rise": _RISE, "fall": _FALL, "peak": _OUTSTANDING}


def problem_of(statement: Statement, grounds: Sequence[Statement]) -> str | None:
    """What is wrong with a sentence, in words; None if its figures may be looked up.

    grounds: all that the rules say. Only what they say of the same figures or comments may be said to have moved.
    """
    if not 0 < len(statement.text) <= _MOST_SENTENCE:
        return f"it is empty or longer than {_MOST_SENTENCE} characters"
    words = _without_names(statement.text, grounds)
    if number := _NUMBER_WORDS.search(words):
        return f"it writes a number in words ({number.group()})"
    if month := _MONTH_NAMES.search(words):
        return f"it names a month in words ({month.group()})"
    if odd := _words_with_digits(statement.text).difference(*(_words_with_digits(finding.text) for finding in grounds)):
        return f"it has digits that are no figure ({', '.join(sorted(odd))})"
    if _leads_elsewhere(statement.text):
        return "it holds an address, or signs that cannot be seen"
    shown: set[str] = set()
    for finding in grounds:
        if set(finding.figures) & set(statement.figures) or set(finding.evidence) & set(statement.evidence):
            shown |= _movements(finding.text)
    return "it says that something moved, which no finding shows" if _movements(statement.text) - shown else None


def is_sound_action(title: str, steps: str, grounds: Sequence[Statement]) -> bool:
    """Whether the words of an action may stand: not too long, and without a number, which come from tables alone.

    grounds: as for `problem_of`.
    """
    whole = f"{title} {steps}"
    return (
        0 < len(title) <= _MOST_TITLE
        and 0 < len(steps) <= _MOST_STEPS
        and not any(character.isnumeric() for character in whole)
        and not _NUMBER_WORDS.search(_without_names(whole, grounds))
        and not _leads_elsewhere(whole)
    )


def _without_names(text: str, grounds: Sequence[Statement]) -> str:
    """The text without the names that the rules quote, such as a theme called «Triple play»: no word of the model's."""
    names = {name for finding in grounds for name in _QUOTED.findall(finding.text)}
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def _words_with_digits(text: str) -> set[str]:
    """Words such as 5G, and whatever else has digits and is neither a number nor a period."""
    words = re.findall(r"\w+", without_numbers(PERIOD.sub(" ", text)))
    return {word for word in words if any(character.isnumeric() for character in word)}


def _leads_elsewhere(text: str) -> bool:
    return _ADDRESS.search(text) is not None or not text.isprintable()


def _movements(text: str) -> set[str]:
    return {name for name, words in _MOVEMENTS.items() if words.search(text)}
