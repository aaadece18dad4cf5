"""Weighted words and phrases, read from TSV files and spread over their forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fiber_pipeline.annotation.sentiment.data_files import DATA, DataFileError, emotions, rows, weight
from fiber_pipeline.annotation.sentiment.inflection import KINDS, inflect
from fiber_pipeline.annotation.sentiment.patterns import Pattern, compile_pattern
from fiber_pipeline.text import fold

FILES = (
    "spanish_general.tsv",
    "spanish_colloquial.tsv",
    "spanish_phrases.tsv",
    "spanish_service.tsv",
    "guarani.tsv",
    "other_languages.tsv",
)
EMOJI_FILE = "emojis.tsv"


@dataclass(frozen=True)
class Entry:
    """A line of a lexicon: what it says, how strongly (-3…3), of which kind, and the emotions it shows."""

    entry: str
    weight: float
    kind: str
    emotions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """Entries by what they match.

    words: (entry, strength of the form) by folded form. guarani: entries by folded stem, for affixes to be taken
    off. prefixes: entries of words ending in `*`. phrases: entries of several words. emojis: by emoji or emoticon.
    """

    words: dict[str, tuple[Entry, float]]
    guarani: dict[str, Entry]
    prefixes: dict[str, Entry]
    phrases: tuple[Pattern[Entry], ...]
    emojis: dict[str, Entry]


def load_lexicon(extra: Iterable[Path] = ()) -> Lexicon:
    """Read the package's lexicon and then `extra` files of the same format, whose entries win over earlier ones.

    Raises DataFileError with file and line for a malformed entry, one said twice in a file, or a file not readable.
    """
    words: dict[str, tuple[Entry, float]] = {}
    guarani: dict[str, Entry] = {}
    prefixes: dict[str, Entry] = {}
    phrases: dict[str, Pattern[Entry]] = {}
    for path in [*(DATA / name for name in FILES), *extra]:
        own: dict[str, tuple[Entry, float]] = {}
        for line, entry in _entries(path):
            try:
                if " " in entry.entry:
                    phrases[fold(entry.entry)] = compile_pattern(entry.entry, entry)
                elif entry.entry.endswith("*"):
                    prefixes[fold(entry.entry[:-1])] = entry
                elif entry.kind == "g":
                    guarani[fold(entry.entry)] = entry
                else:
                    _spread(entry, own)
            except ValueError as error:
                raise DataFileError(path, line, str(error)) from error
        words.update(own)
    emojis = {}
    for _, entry in _entries(DATA / EMOJI_FILE):
        emojis[entry.entry] = entry
    return Lexicon(words, guarani, prefixes, tuple(phrases.values()), emojis)


def _entries(path: Path) -> Iterable[tuple[int, Entry]]:
    seen: dict[str, int] = {}
    for line, cells in rows(path, ("entry", "weight", "kind", "emotions", "note"), optional=2):
        if not cells["entry"]:
            raise DataFileError(path, line, "no entry")
        if cells["kind"] not in KINDS:
            raise DataFileError(path, line, f"unknown kind {cells['kind']!r}; there are {', '.join(KINDS)}")
        if first := seen.get(cells["entry"]):
            raise DataFileError(path, line, f"{cells['entry']!r} already stands in line {first}")
        seen[cells["entry"]] = line
        yield (
            line,
            Entry(
                cells["entry"],
                weight(path, line, cells["weight"]),
                cells["kind"],
                emotions(path, line, cells["emotions"]),
            ),
        )


def _spread(entry: Entry, words: dict[str, tuple[Entry, float]]) -> None:
    """Add the entry's forms. A form two entries share goes to the one it is the entry of, else to the first."""
    own = fold(entry.entry.partition("|")[0])
    for form, strength in inflect(entry.entry, entry.kind):
        if form == own or form not in words:
            words[form] = (entry, strength)
