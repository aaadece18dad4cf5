"""Guaraní words glossed in Spanish, one by one, from the dictionary and the analysis of affixes."""

from functools import lru_cache

from fiber_pipeline.language.guarani import Affix, Entry, load_dictionary, marked_form
from fiber_pipeline.language.morphology import Analysis, analyse, analyse_loan
from fiber_pipeline.language.vocabulary import load_vocabulary
from fiber_pipeline.text import fold, unstretch
from fiber_pipeline.translation.conjugation import is_infinitive, participle, plural, present, reflexive

# Suffixes that stand as a verb of their own in Spanish, innermost first: -se want, -kuaa can, -uka make someone.
_MODALS = {"want": "querer", "can": "poder", "let": "hacer", "should": "deber"}
_PLACED_LAST = frozenset(("really", "order", "hearsay"))


@lru_cache(maxsize=100_000)
def gloss_word(surface: str) -> str | None:
    """Return the Spanish gloss of a Guaraní word or of a Spanish root in Guaraní form; None where neither is known.

    Capitals are kept: "IPORÃ" gives "ES LINDO", "Iporã" "Es lindo".
    """
    marked = marked_form(unstretch(surface))
    spanish = _gloss(marked, fold(marked))
    if not spanish:
        return None
    if surface.isupper() and len(surface) > 1:
        return spanish.upper()
    return spanish[0].upper() + spanish[1:] if surface[0].isupper() else spanish


def _gloss(marked: str, folded: str) -> str | None:
    dictionary = load_dictionary()
    entry = dictionary.marked.get(marked) or next(iter(dictionary.folded.get(folded, ())), None)
    if entry is not None:
        if entry.part_of_speech == "v" and is_infinitive(entry.spanish):
            return present(entry.spanish, "3")
        return f"{entry.owner} {entry.spanish}" if entry.owner else entry.spanish
    analysis = analyse(folded)
    if analysis is not None and analysis.entry is not None:
        return _compose(analysis, analysis.entry)
    loan = analyse_loan(folded, load_vocabulary().spanish.__contains__)
    if loan is not None:
        return _compose(loan, Entry(loan.root, loan.root, "v" if _has_person(loan) else "n"))
    return None


def _has_person(analysis: Analysis) -> bool:
    return any(affix.kind in ("person", "negated") for affix in analysis.prefixes)


def _compose(analysis: Analysis, entry: Entry) -> str:
    subject = analysis.prefixes[0] if analysis.prefixes else None
    voices = [affix for affix in analysis.prefixes if affix.kind == "voice"]
    before = [affix.gloss for affix in analysis.suffixes if affix.place == "before" and affix.feature not in _MODALS]
    after = [affix.gloss for affix in analysis.suffixes if affix.place == "after"]
    features = {affix.feature for affix in analysis.suffixes}
    # In Guaraní the last suffix governs the rest, in Spanish the first word does.
    before.reverse()
    if is_infinitive(entry.spanish) and (subject is None or subject.kind != "owner" or entry.part_of_speech == "v"):
        core = _verb(entry, subject, voices, analysis.suffixes, features)
    elif entry.part_of_speech == "adj" and subject is not None and subject.kind in ("owner", "negated_owner"):
        person = subject.feature
        adverbs = [word for word in before if word in ("muy", "más", "ya muy")]
        before = [word for word in before if word not in adverbs]
        core = " ".join([present("ser", person), *adverbs, entry.spanish])
    else:
        noun = plural(entry.spanish) if "plural" in features and entry.part_of_speech in ("n", "nt") else entry.spanish
        owner = entry.owner
        if subject is not None and subject.kind in ("owner", "negated_owner"):
            owner = subject.gloss
        core = f"{owner} {noun}" if owner else noun
    words = [*before, core, *after]
    if analysis.is_negated:
        words.insert(0, "no")
    return " ".join(word for word in words if word)


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
    if "future" in features:
        core = f"{present('ir', person)} a {verb}"
    elif "past" in features:
        core = f"{reflexive(person, verb)}{present('haber', person)} {participle(verb)}"
    else:
        core = present(verb, person)
    return f"que {core}" if let and person != "2s" else core


def gloss(text: str, spans: list[tuple[int, int]] | None = None) -> tuple[str, bool]:
    """Gloss the Guaraní words of `text` that lie in `spans` (all words if None); say whether any was glossed.

    Everything else, such as Spanish words, names, numbers and marks, stays in its place.
    """
    from fiber_pipeline.language.tagging import tag

    pieces: list[str] = []
    position = 0
    glossed = False
    for word in tag(text):
        token = word.token
        if word.language != "gn" and word.reading.kind != "loan":
            continue
        if spans is not None and not any(start <= token.start < end for start, end in spans):
            continue
        spanish = gloss_word(token.surface)
        if spanish is None:
            continue
        pieces.append(text[position : token.start])
        pieces.append(spanish)
        position = token.end
        glossed = True
    pieces.append(text[position:])
    return "".join(pieces), glossed
