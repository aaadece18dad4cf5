"""Guaraní words glossed in Spanish, one by one, from the dictionary and the analysis of affixes."""

from functools import cache, lru_cache
from typing import NamedTuple

from fiber_pipeline.annotation.language.guarani import Affix, Entry, load_dictionary, marked_form
from fiber_pipeline.annotation.language.morphology import Analysis, analyse, analyse_loan
from fiber_pipeline.annotation.language.tagging import TaggedWord, tag
from fiber_pipeline.annotation.language.vocabulary import load_vocabulary
from fiber_pipeline.annotation.translation.conjugation import (
    imperative,
    is_infinitive,
    participle,
    plural,
    present,
    reflexive,
)
from fiber_pipeline.text import fold, unstretch

# Suffixes that stand as a verb of their own in Spanish, innermost first: -se want, -kuaa can, -uka make someone.
_MODALS = {"want": "querer", "can": "poder", "let": "hacer", "should": "deber"}
_AS_NOUN = "n:"
_LONGEST_WORD = 60  # with marks; nothing longer is a word
_CASES = frozenset(("place", "from", "of", "for", "about", "with", "through", "plural"))
_LINKING = frozenset(("si", "que", "cuando", "donde", "para", "como"))
_POSSESSORS = frozenset(("che", "nde", "ne", "nande", "nane", "ore", "pende", "pene"))


@lru_cache(maxsize=32_768)
def gloss_word(surface: str) -> str | None:
    """Return the Spanish gloss of a Guaraní word or of a Spanish root in Guaraní form; None where neither is known.

    Capitals are kept: "IPORÃ" gives "ES LINDO", "Iporã" "Es lindo".
    """
    marked = marked_form(unstretch(surface))
    spanish = _gloss(marked, fold(marked)) if len(marked) <= _LONGEST_WORD else None
    return _in_case_of(surface, spanish) if spanish else None


def _in_case_of(surface: str, spanish: str) -> str:
    if surface.isupper() and len(surface) > 1:
        return spanish.upper()
    return spanish[0].upper() + spanish[1:] if surface[0].isupper() else spanish


def _first(folded: str) -> Entry | None:
    return next(iter(load_dictionary().folded.get(folded, ())), None)


def _gloss(marked: str, folded: str) -> str | None:
    dictionary = load_dictionary()
    entry = dictionary.marked.get(marked) or _first(folded)
    if entry is not None:
        if entry.note.startswith(_AS_NOUN):
            return entry.note.removeprefix(_AS_NOUN)
        if _is_verb(entry):
            return present(entry.spanish, "3")
        return f"{entry.owner} {entry.spanish}" if entry.owner else entry.spanish
    analysis = analyse(folded)
    if analysis is not None and analysis.entry is not None:
        return _compose(analysis, _as_written(analysis.root, analysis.entry, marked))
    loan = analyse_loan(folded, load_vocabulary().spanish.__contains__)
    if loan is not None:
        return _compose(loan, Entry(loan.root, loan.root, "v" if _has_person(loan) else "n"))
    return None


def _is_verb(entry: Entry) -> bool:
    # Letters alone do not tell: "mujer" and "a ver" end as infinitives do. Loans come as they are found, conjugated.
    return entry.part_of_speech == "v" and is_infinitive(entry.spanish)


def _as_written(root: str, entry: Entry, marked: str) -> Entry:
    """Among roots that differ in marks alone (henói call, heñói be born) take the one as typed, if it was."""
    for other in load_dictionary().folded[root]:
        if other.part_of_speech == entry.part_of_speech and other.form in marked:
            return other
    return entry


def _has_person(analysis: Analysis) -> bool:
    return any(affix.kind in ("person", "negated") for affix in analysis.prefixes)


def _compose(analysis: Analysis, entry: Entry) -> str:
    subject = analysis.prefixes[0] if analysis.prefixes else None
    voices = [affix for affix in analysis.prefixes if affix.kind == "voice"]
    before = [affix.gloss for affix in analysis.suffixes if affix.place == "before" and affix.feature not in _MODALS]
    negation = "no" if analysis.is_negated else ""
    if negation:
        if {"más", "ya"} & set(before):  # -ve and -ma under negation: no longer
            negation = "ya no"
        before = [word for word in before if word not in ("casi", "más", "ya")]
    after = [affix.gloss for affix in analysis.suffixes if affix.place == "after"]
    features = {affix.feature for affix in analysis.suffixes}
    if entry.note.startswith(_AS_NOUN) and _stands_as_noun(subject, voices, features):
        entry = Entry(entry.form, entry.note.removeprefix(_AS_NOUN), "n")
    # In Guaraní the last suffix governs the rest, in Spanish the first word does.
    before.reverse()
    if _is_verb(entry):
        core = _verb(entry, subject, voices, analysis.suffixes, features)
    elif entry.part_of_speech == "adj" and subject is not None and subject.kind in ("owner", "negated_owner"):
        person = subject.feature
        adverbs = [word for word in before if word in ("muy", "más", "ya muy")]
        before = [word for word in before if word not in adverbs]
        to_be = "estar" if entry.note == "estar" else "ser"
        copula = f"{present('ir', person)} a {to_be}" if "future" in features else present(to_be, person)
        core = " ".join([copula, *adverbs, entry.spanish])
    else:
        noun = plural(entry.spanish) if "plural" in features and entry.part_of_speech in ("n", "nt") else entry.spanish
        owner = entry.owner
        if subject is not None and subject.kind in ("owner", "negated_owner"):
            owner = subject.gloss
        core = f"{owner} {noun}" if owner else noun
    if core.startswith("ya "):
        before = [word for word in before if word != "ya"]
    linking = [word for word in before if word in _LINKING]  # what joins the clause stands before its negation
    words = [*linking, negation, *(word for word in before if word not in linking), core, *after]
    return " ".join(word for word in words if word)


def _stands_as_noun(subject: Affix | None, voices: list[Affix], features: set[str]) -> bool:
    if subject is not None and subject.kind == "owner":
        return subject.form not in ("i", "in")  # ivy'a may be "is glad" as well as "his joy"; the verb is likelier
    return subject is None and not voices and bool(features & _CASES)


def _verb(
    entry: Entry, subject: Affix | None, voices: list[Affix], suffixes: tuple[Affix, ...], features: set[str]
) -> str:
    let = subject is not None and subject.feature.startswith("let ")
    person = "3" if subject is None else subject.feature.removeprefix("let ")
    if person not in ("1s", "2s", "3", "1p", "2p"):
        person = "3"
    verb = entry.spanish
    kinds = {voice.feature for voice in voices}
    if "se" in kinds and not verb.partition(" ")[0].endswith("se"):
        head, space, tail = verb.partition(" ")
        verb = head + "se" + space + tail
    if "make" in kinds:
        verb = "hacer " + verb
    for suffix in suffixes:
        if suffix.feature in _MODALS:
            verb = f"{_MODALS[suffix.feature]} {verb}"
    if "without" in features:
        return verb
    if "future" in features or ("almost" in features and subject is not None and subject.kind == "negated"):
        # -mo'ã under negation is the future: ndoúi mo'ãi "is not going to come".
        core = f"{present('ir', person)} a {verb}"
    elif "past" in features:
        core = f"{reflexive(person, verb)}{present('haber', person)} {participle(verb)}"
    elif let and person == "2s":
        core = imperative(verb)
    else:
        core = present(verb, person)
    return f"que {core}" if let and person != "2s" else core


class _Piece(NamedTuple):
    """A stretch of the text and what the gloss puts in its place."""

    start: int
    end: int
    words: str


def gloss(text: str) -> tuple[str, bool]:
    """Gloss the Guaraní words of `text` (NFC); say whether there was one the dictionary knows.

    Everything else, such as Spanish words, names, numbers and marks, stays in its place. Possessors join the noun
    ("che rógape": en mi casa), postpositions go before the word they follow ("sy ndive": con madre).
    """
    pieces: list[_Piece] = []
    glossed = False
    words = tag(text)
    joined = False
    for place, word in enumerate(words):
        token = word.token
        if joined:
            joined = False
            continue
        spanish: str | None = None
        if word.language == "gn":
            if pieces and (before := _placed_before(text, pieces[-1], word)) is not None:
                last = pieces.pop()
                pieces.append(_Piece(last.start, token.end, f"{before} {last.words}"))
                glossed = True
                continue
            if token.folded in _POSSESSORS and place + 1 < len(words):
                following = words[place + 1]
                if following.language == "gn" and text[token.end : following.token.start].isspace():
                    spanish = _gloss_owned(token.surface, following.token.surface)
                    joined = spanish is not None
            if spanish is None:
                spanish = gloss_word(token.surface)
        glossed = glossed or spanish is not None
        end = words[place + 1].token.end if joined else token.end
        pieces.append(_Piece(token.start, end, token.surface if spanish is None else spanish))
    if not glossed:
        return text, False
    parts: list[str] = []
    position = 0
    for piece in pieces:
        parts += (text[position : piece.start], piece.words)
        position = piece.end
    return "".join((*parts, text[position:])), True


def _placed_before(text: str, last: _Piece, word: TaggedWord) -> str | None:
    """Return the preposition for a postposition, or a suffix after a hyphen, that belongs to the word before it."""
    gap = text[last.end : word.token.start]
    if word.reading.kind == "suffix":
        return hyphenated_suffixes().get(word.token.folded)
    entry = load_dictionary().marked.get(marked_form(word.token.surface)) or _first(word.token.folded)
    if entry is None or entry.part_of_speech != "post" or not gap.isspace():
        return None
    return entry.spanish


@cache
def hyphenated_suffixes() -> dict[str, str]:
    """Return the Spanish prepositions for suffixes that are written with a hyphen (Luque-pe, Tigo-gui)."""
    return {
        affix.form: affix.gloss
        for affix in load_dictionary().affixes
        if affix.kind == "suffix" and affix.place == "before" and affix.gloss
    }


def _gloss_owned(possessor: str, owned: str) -> str | None:
    """Gloss "che" and "róga" as if written together, where that gives a possessed noun or a state."""
    marked = marked_form(unstretch(possessor + owned))
    analysis = analyse(fold(marked))
    alone = analyse(fold(unstretch(owned)))
    if analysis is None or analysis.entry is None or (alone is not None and _has_person(alone)):
        return None
    if analysis.prefixes:
        if analysis.prefixes[0].kind != "owner":
            return None
    elif not analysis.root.startswith(fold(possessor)):
        return None
    return _in_case_of(possessor, _compose(analysis, analysis.entry))
