"""Names of people: who say who they are, who are called by a title or spoken of, and whose names are listed.

A listed name counts in any case, since customers write "me atendio carlos". Names that are also words, months or towns
need another name beside them or words that announce one; a word that is listed nowhere needs such words and a capital,
or the shape of a name. Towns, streets, brands and sayings made of names are spared.
"""

import re
from collections.abc import Iterator

from fiber_pipeline.cleaning.personal_data.name_reader import NEVER_NAMES, SHORTEST_UNKNOWN, NameReader
from fiber_pipeline.cleaning.personal_data.name_words import (
    GIVEN_AMBIGUOUS,
    LISTS,
    NOT_NAMES,
    SURNAMES,
    has_given_shape,
    is_given,
)
from fiber_pipeline.cleaning.personal_data.places import is_brand, is_town
from fiber_pipeline.cleaning.personal_data.plain_view import PlainView
from fiber_pipeline.cleaning.word_lists import alternatives

_FIRST_OR_LAST = GIVEN_AMBIGUOUS | SURNAMES
_TITLES = alternatives(LISTS["titles"])
_TITLES_SHORT = alternatives(LISTS["titles_short"])

_SELF = re.compile(
    r"\b(?P<cue>me llamo|mi nombre(?: completo)?(?: es)?|nombre y apellido|nombre(?: completo)?(?= ?:)"
    r"|che ?re?ra|che ?hae|my name is|i am|im|me chamo|meu nome e|a nombre del?|a mi nombre|(?:yo )?soy|(?:te )?habla"
    r"|titular(?: es| del servicio)?|firma(?:do)?(?: por)?|att?e|atentamente|cordialmente"
    r"|saludos(?: cordiales)?(?: de)?|les? (?:habla|escribe|saluda))\b[ :,.;-]{0,3}"
    rf"(?:(?:es|yo|de|la|el|mita|kunatai|{_TITLES}|{_TITLES_SHORT})\b[. ]{{1,2}}){{0,3}}"
)
_TITLE = re.compile(
    rf"\b(?:(?P<short>(?:{_TITLES_SHORT})\b[. ]{{1,2}})|(?P<title>{_TITLES}) )"
    rf"(?:(?:que|es|la|el|{_TITLES}|{_TITLES_SHORT})\b[. ]{{1,2}}){{0,2}}(?P<of>de )?"
)
_CONTACT = re.compile(
    rf"\b(?:(?P<strong>{alternatives(LISTS['named_by'])})|(?:{alternatives(LISTS['contacts'])})) "
    rf"(?:(?:el|la|al|a|de|mi|{_TITLES}|{_TITLES_SHORT})\b[. ]{{1,2}}){{0,2}}"
)
# What only people do or are.
_DEED = re.compile(
    rf",? (?:(?:siempre|nunca|no|si|ya|tambien|ayer|hoy|recien|fue quien|que|quien|el que|la que) ){{0,2}}"
    rf"(?:(?:me|nos|le|les|se|lo|la) ){{0,2}}(?:{alternatives(LISTS['deeds'])}"
    rf"|(?P<weak>{alternatives(LISTS['weak_deeds'])}))\b"
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
# Guaraní verbs in the negative: "ndoikéi".
_DENIED = re.compile(r"nd[aeiou][a-z]*i")
_WORD = re.compile(r"[a-z]+")
_CAPITAL = re.compile(r"(?<![^\W\d_])[A-ZÁÉÍÓÚÑÜÃẼĨÕŨỸ][^\W\d_]{2,}")
_SIGNED_TO_END = re.compile(r"[ .!,)]*$")

# A comment with none of these words, and none of the listed names, holds none that could be found.
_SELF_WORDS = LISTS["introductions"]
_TITLE_WORDS = frozenset(title.split()[-1] for kind in ("titles", "titles_short") for title in LISTS[kind])
_CONTACT_WORDS = frozenset(max(phrase.split(), key=len) for kind in ("named_by", "contacts") for phrase in LISTS[kind])
_DEED_WORDS = frozenset(max(phrase.split(), key=len) for kind in ("deeds", "weak_deeds") for phrase in LISTS[kind])


def find_names(view: PlainView) -> Iterator[tuple[int, int]]:
    """Yield where in `view.plain` names of people stand."""
    end = -1
    start = end
    for first, last in sorted(_find(view)):
        if first >= end:
            if end > start:
                yield start, end
            start, end = first, last
        end = max(end, last)
    if end > start:
        yield start, end


def _find(view: PlainView) -> Iterator[tuple[int, int]]:
    words = view.words
    is_introduced = not words.isdisjoint(_SELF_WORDS)
    is_titled = not words.isdisjoint(_TITLE_WORDS)
    is_spoken_of = not words.isdisjoint(_CONTACT_WORDS)
    is_doing = not words.isdisjoint(_DEED_WORDS)
    is_listed = not words.isdisjoint(_FIRST_OR_LAST) or any(map(is_given, words))
    if not (is_introduced or is_titled or is_spoken_of or is_doing or is_listed):
        return
    finder = NameReader(view)
    if is_introduced:
        yield from _introduced(finder)
    if is_titled:
        yield from _titled(finder)
    if is_spoken_of:
        yield from _spoken_of(finder)
    if is_doing:
        yield from _doing(finder)
    if is_listed:
        yield from _listed(finder)


def _introduced(finder: NameReader) -> Iterator[tuple[int, int]]:
    """Names after "me llamo", "a nombre de", "atte." and their like."""
    for match in _SELF.finditer(finder.plain):
        position = finder.at(match.end())
        if position is None:
            continue
        cue, word = match.group("cue"), finder.words[position]
        last = finder.extend(position, takes_unknown=True)
        is_long = last > position
        is_known = finder.is_listed(word) or word.text in GIVEN_AMBIGUOUS
        if cue.endswith("soy"):
            # "Soy Franco" may be candour, "soy de Mariano Roque Alonso" is a town; "soy Benítez" is a name.
            if " de " in match.group():
                continue
            is_known = is_given(word.text) or word.text in SURNAMES
        if (word.text in NOT_NAMES or is_brand(word.text) or is_town(word.text)) and not (is_known and is_long):
            continue
        is_vague = cue.startswith(_VAGUE_CUES)
        says_name = "nombre es" in cue or cue.startswith(("che re", "chere", "my name", "meu nome", "me chamo"))
        looks_like_one = finder.has_case and word.is_capital and word.end - word.start > 2
        has_shape = has_given_shape(word.text) or (is_long and finder.words[position + 1].text in SURNAMES)
        is_signed = (
            word.is_capital and cue.startswith("saludos") and _SIGNED_TO_END.match(finder.plain, finder.words[last].end)
        )
        is_initialled = (
            finder.is_initial(word)
            and position + 1 < len(finder.words)
            and finder.is_unknown(finder.words[position + 1], has_case=True)
        )
        if (
            (is_known and (not is_vague or word.is_capital or is_long or is_given(word.text)))
            or (looks_like_one and (is_long or not is_vague))
            or (has_shape and (is_long or not is_vague))
            or is_initialled
            or (is_signed and finder.is_unknown(word, has_case=True))
            or (says_name and word.end - word.start > 2 and not _DENIED.fullmatch(word.text))
        ):
            yield finder.span(position, max(last, position + 1) if is_initialled else last)


def _titled(finder: NameReader) -> Iterator[tuple[int, int]]:
    """Names after "Sra.", "el técnico", "mi hija" and their like."""
    for match in _TITLE.finditer(finder.plain):
        position = finder.at(match.end())
        if position is None:
            continue
        word = finder.words[position]
        last = finder.extend(position, takes_unknown=True)
        has_surname = last > position and finder.words[position + 1].text in SURNAMES
        if word.text in NOT_NAMES or is_brand(word.text) or (is_town(word.text) and not has_surname):
            continue
        is_honorific = match["title"] in LISTS["honorifics"] or _is_tilde(finder, match)
        if match["title"] == "na" and not is_honorific:
            continue
        is_known = is_given(word.text) or word.text in SURNAMES or (finder.is_listed(word) and word.is_capital)
        has_shape = has_given_shape(word.text) or has_surname
        # A capital after "srta." tells as much as one inside a sentence, unless all are capitals.
        tells = finder.has_case or ((match["short"] or is_honorific) and not finder.view.text.isupper())
        looks_like_one = tells and word.is_capital and word.end - word.start > 2 and not match["of"]
        starts_with_initial = finder.is_initial(word) and last > position
        is_called = is_honorific and word.end - word.start >= SHORTEST_UNKNOWN and not match["of"]
        if not (
            looks_like_one or is_known or starts_with_initial or has_shape or is_called or word.text in GIVEN_AMBIGUOUS
        ):
            continue
        if not (finder.is_protected(match.start()) or finder.is_place(position, last)):
            yield finder.span(position, last)


def _is_tilde(finder: NameReader, match: re.Match[str]) -> bool:
    """Whether a title is "ña", the lady's before her first name, and no "na"."""
    return match["title"] == "na" and "ñ" in finder.view.shown(match.start(), match.start() + 2).lower()


def _spoken_of(finder: NameReader) -> Iterator[tuple[int, int]]:
    """Names after "hablé con", "me atendió", "un tal" and their like."""
    for match in _CONTACT.finditer(finder.plain):
        position = finder.at(match.end())
        if position is None:
            continue
        word = finder.words[position]
        if word.text in NOT_NAMES or is_brand(word.text) or is_town(word.text) or finder.is_protected(word.start):
            continue
        last = finder.extend(position, takes_unknown=True)
        is_named = bool(match["strong"]) and word.end - word.start >= SHORTEST_UNKNOWN
        is_known = is_given(word.text) or word.text in GIVEN_AMBIGUOUS or has_given_shape(word.text)
        has_surname = last > position and finder.words[position + 1].text in SURNAMES
        # "La cuenta de la luz", "La Casa de Papel".
        is_owned = match.group().split()[1:2] == ["de"]
        if is_owned and not (is_given(word.text) or has_surname or (word.text in GIVEN_AMBIGUOUS and word.is_capital)):
            continue
        # Of nobody: "se llama robo", "el wifi se llama distinto".
        before = finder.words_before(position, 4)
        is_of_a_thing = match.start() == 0 or not LISTS["named_things"].isdisjoint(before)
        if match["strong"] and not word.is_capital and is_of_a_thing and not is_given(word.text):
            continue
        if is_named or is_known or has_surname or finder.is_unknown(word):
            yield finder.span(position, last)


def _doing(finder: NameReader) -> Iterator[tuple[int, int]]:
    """Names before what only people do: "Blanca me atendió", "y Denilson resolvió todo"."""
    if finder.view.text.isupper():
        return
    done = 0
    for capital in _CAPITAL.finditer(finder.view.visible):
        start = capital.start()
        position = finder.at(start) if start >= done and _may_do(finder, start) else None
        if position is None:
            continue
        word, last = finder.words[position], finder.extend(position, takes_unknown=True)
        deed = _DEED.match(finder.plain, finder.words[last].end)
        # "Luz volvió" is no person.
        if deed is None or (deed["weak"] and word.text in GIVEN_AMBIGUOUS):
            continue
        done = finder.words[last].end
        if not (finder.is_protected(start) or finder.is_place(position, last)):
            yield finder.span(position, last)


def _may_do(finder: NameReader, start: int) -> bool:
    """Whether the word with a capital at `start` may be a name: what begins a sentence has to look like one."""
    match = _WORD.match(finder.plain, start)
    word = match.group() if match else ""
    if word in NEVER_NAMES or is_brand(word) or is_town(word):
        return False
    is_first = finder.plain[:start].rstrip(" ¡¿\"'(")[-1:] in ("", ".", "!", "?")
    return word in GIVEN_AMBIGUOUS or has_given_shape(word) or (not is_first and len(word) >= SHORTEST_UNKNOWN)


def _listed(finder: NameReader) -> Iterator[tuple[int, int]]:
    """Names that are known as such, and unknown ones before a known surname."""
    done = -1
    for position in [position for position in range(len(finder.words)) if _may_start(finder, position)]:
        word = finder.words[position]
        if position <= done or finder.is_protected(word.start):
            continue
        last = finder.extend(position, takes_unknown=False)
        # A second surname that is listed nowhere.
        is_sure = is_given(word.text) and word.is_capital
        last = finder.extend(position, takes_unknown=True) if is_sure or last > position else last
        if finder.is_place(position, last):
            done = last
            continue
        if not is_given(word.text) and not _is_confirmed(finder, position, last, done):
            continue
        done = last
        yield finder.span(_surnames_before(finder, position), last)


def _surnames_before(finder: NameReader, position: int) -> int:
    """The position where a name begins whose first name is at `position`: "VILLALBA ROLÓN, HUGO"."""
    is_capital = finder.words[position].is_capital
    first = position
    while first and finder.follows(first) and finder.words[first - 1].text in SURNAMES:
        if finder.words[first - 1].is_capital < is_capital:
            break
        first -= 1
    return first


def _may_start(finder: NameReader, position: int) -> bool:
    word = finder.words[position]
    if word.text in LISTS["shields"]:
        return False
    if is_given(word.text) or word.text in GIVEN_AMBIGUOUS:
        return True
    if not (finder.has_case and word.is_capital and word.end - word.start > 2) or word.text in NOT_NAMES:
        return False
    return (
        position + 1 < len(finder.words)
        and finder.adjoins(position + 1)
        and finder.words[position + 1].is_capital
        and finder.words[position + 1].text in SURNAMES
        and not is_brand(word.text)
        and not is_town(word.text)
    )


def _is_confirmed(finder: NameReader, position: int, last: int, done: int) -> bool:
    """Whether what is about an ambiguous or unknown first name shows that it is one."""
    word = finder.words[position]
    if last > position:
        return finder.words[last].text in SURNAMES or (finder.has_case and word.is_capital)
    precedes_name = (
        position + 2 < len(finder.words)
        and finder.words[position + 1].text in ("y", "e")
        and is_given(finder.words[position + 2].text)
    )
    follows_name = done >= 0 and done == position - 2 and finder.words[position - 1].text in ("y", "e")
    return (follows_name or precedes_name) and finder.has_case and word.is_capital
