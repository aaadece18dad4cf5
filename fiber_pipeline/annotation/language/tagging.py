"""A comment's words with the language each is in: word evidence, smoothed over the sentence."""

from typing import NamedTuple

from fiber_pipeline.annotation.language.vocabulary import load_vocabulary
from fiber_pipeline.annotation.language.words import Reading, read_word
from fiber_pipeline.text import Token, tokenize

# Cost, in nats, of changing language between two words: Jopara changes about once in five words, which would be
# log(0.8 / 0.2) = 1.4; a little less lets a single clear word stand.
SWITCH = 1.2
# Comments are Spanish more often than not; this much, in nats, speaks against starting in Guaraní.
PRIOR = 0.6


class TaggedWord(NamedTuple):
    """A word token, its reading, and its language: "es", "gn", or "" where it is skipped."""

    token: Token
    reading: Reading
    language: str


CLEAR_LOAN = 1.0
_SKIPPED_NAME = Reading(0.0, "capitalised inside a sentence", "skip")
_SUFFIXED_NAME = Reading(0.0, "name with a Guaraní suffix", "skip")
_NAME_LINKS = frozenset(("de", "del", "la", "el", "los", "las", "y"))
_HYPHENATED_SUFFIX = Reading(1.0, "Guaraní suffix after a hyphen", "suffix")
_SUFFIX_AFTER_HYPHEN = frozenset(
    ("pe", "me", "gui", "gua", "re", "rehe", "kuera", "nguera", "icha", "ndi", "ndive", "mi", "guive", "peve", "rupi")
) | {"ygua", "ipe", "ma", "ta"}


def tag(text: str) -> list[TaggedWord]:
    """Tag the words of `text` (NFC) in order."""
    tokens = tokenize(text)
    words: list[tuple[Token, Reading]] = []
    skips_names = _tells_names(tokens)
    has_names = False
    starts = True
    for place, token in enumerate(tokens):
        surface, folded, kind, _, _ = token
        if kind != "word":
            starts = starts or (kind == "punctuation" and surface[0] in ".!?¡¿\n“\"'«:")
            continue
        reading = read_word(surface)
        if skips_names and not starts and surface[0].isupper() and _looks_like_a_name(surface, folded, reading):
            reading = _SKIPPED_NAME
            has_names = True
        elif folded in _SUFFIX_AFTER_HYPHEN and _follows_hyphen(tokens, place):
            reading = _HYPHENATED_SUFFIX
            if words and words[-1][1].is_guess:
                words[-1] = (words[-1][0], _SUFFIXED_NAME)
        words.append((token, reading))
        starts = False
    if has_names:
        _skip_links_of_names(words)
    path = smooth([reading.weight for _, reading in words])
    return [
        TaggedWord(token, reading, _language(reading, guarani))
        for (token, reading), guarani in zip(words, path, strict=True)
    ]


def _tells_names(tokens: list[Token]) -> bool:
    """Whether capitals mark names here: not where three words in four have them ("Muy Buena Atención")."""
    capitals = [token.surface[0].isupper() for token in tokens if token.kind == "word"]
    return 4 * sum(capitals) < 3 * len(capitals)


def _skip_links_of_names(words: list[tuple[Token, Reading]]) -> None:
    """Take "de" in "Ministerio de Hacienda", and "de la", for part of the name."""
    for place in range(1, len(words) - 1):
        token, reading = words[place]
        if token.folded not in _NAME_LINKS or reading.kind == "skip" or words[place - 1][1] is not _SKIPPED_NAME:
            continue
        after = place + (2 if words[place + 1][0].folded in _NAME_LINKS else 1)
        if after < len(words) and words[after][1] is _SKIPPED_NAME:
            for link in range(place, after):
                words[link] = (words[link][0], _SKIPPED_NAME)


def _language(reading: Reading, guarani: bool) -> str:
    if reading.kind == "skip":
        return ""
    # A Guaraní suffix, or a Spanish root that clearly is inflected as Guaraní, is Guaraní whatever stands around it.
    inflected = reading.kind == "suffix" or (reading.kind == "loan" and reading.weight >= CLEAR_LOAN)
    return "gn" if guarani or inflected else "es"


def _follows_hyphen(tokens: list[Token], place: int) -> bool:
    if place < 2 or tokens[place - 1].surface != "-":
        return False
    return tokens[place - 2].end == tokens[place - 1].start and tokens[place - 1].end == tokens[place].start


def _looks_like_a_name(surface: str, folded: str, reading: Reading) -> bool:
    """Whether a word with a capital inside a sentence is a name."""
    if len(surface) < 2:
        return False
    if surface.isupper():
        return len(surface) <= 5 and reading.is_guess
    if not surface[1:].islower():
        return False
    return reading.is_guess or reading.weight < 0 or folded in load_vocabulary().names


def smooth(weights: list[float]) -> list[bool]:
    """Return the best sequence of languages (True for Guaraní), by Viterbi over two states.

    A word speaks for Guaraní with half its weight and for Spanish with minus half; each change costs SWITCH.
    """
    if not weights or max(weights) <= 0:  # nothing to weigh, as in half of all comments
        return [False] * len(weights)
    spanish, guarani = 0.0, -PRIOR
    back: list[tuple[bool, bool]] = []
    for weight in weights:
        half = weight / 2
        from_guarani = guarani - SWITCH > spanish
        stays_guarani = guarani >= spanish - SWITCH
        back.append((from_guarani, stays_guarani))
        spanish, guarani = (
            (guarani - SWITCH if from_guarani else spanish) - half,
            (guarani if stays_guarani else spanish - SWITCH) + half,
        )
    path: list[bool] = []
    state = guarani > spanish
    for from_guarani, stays_guarani in reversed(back):
        path.append(state)
        state = stays_guarani if state else from_guarani
    path.reverse()
    return path
