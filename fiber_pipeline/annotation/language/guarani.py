"""The Guaraní dictionary: forms, their Spanish gloss, and the affixes words are built with."""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from fiber_pipeline.text import fold

DATA = Path(__file__).parent / "data"
PARTS_OF_SPEECH = frozenset(
    ("n", "nt", "adj", "v", "adv", "pron", "det", "q", "conj", "post", "part", "num", "intj", "f")
)
AffixKind = Literal["person", "negated", "owner", "negated_owner", "voice", "suffix"]
AFFIX_KINDS = frozenset(("person", "negated", "owner", "negated_owner", "voice", "suffix"))


class Entry(NamedTuple):
    """A dictionary word. `owner` is set on the r- and h- forms of nouns that change their first letter."""

    form: str
    spanish: str
    part_of_speech: str
    owner: str = ""
    note: str = ""


class Affix(NamedTuple):
    """A prefix or suffix, as described at the head of guarani_affixes.tsv."""

    kind: str
    form: str
    feature: str
    gloss: str
    place: str
    strength: int


@dataclass(frozen=True)
class Dictionary:
    """Entries by marked form (NFC, lower case, straight apostrophe) and by folded form; affixes by kind."""

    entries: tuple[Entry, ...]
    marked: dict[str, Entry]
    folded: dict[str, tuple[Entry, ...]]
    affixes: tuple[Affix, ...]


def rows(path: Path, width: int) -> Iterator[list[str]]:
    """Yield the cells of a commented TSV file without its header. Raises ValueError on a row of another width."""
    header = True
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != width:
            raise ValueError(f"{path.name}, line {number}: {len(cells)} cells where {width} belong")
        if not header:
            yield cells
        header = False


def fingerprint(*folders: Path) -> str:
    """Eight hexadecimal digits that change with any data file of `folders`; part of the engines' model versions."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def marked_form(word: str) -> str:
    """Lower case, one kind of apostrophe, hats read as tildes: "ÑE’Ê" becomes "ñe'ẽ"."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    for apostrophe in "’‘ʼʹʻꞌ´`′":
        decomposed = decomposed.replace(apostrophe, "'")
    return unicodedata.normalize("NFC", decomposed.replace("\u0302", "\u0303"))


@cache
def load_dictionary() -> Dictionary:
    """Read the dictionary and the affixes. Raises ValueError where a row is malformed or a word stands twice."""
    entries: list[Entry] = []
    marked: dict[str, Entry] = {}
    for form, spanish, part_of_speech, note in rows(DATA / "guarani.tsv", 4):
        if part_of_speech not in PARTS_OF_SPEECH:
            raise ValueError(f"guarani.tsv: {form!r} has the unknown part of speech {part_of_speech!r}")
        if form in marked:
            raise ValueError(f"guarani.tsv: {form!r} stands twice")
        entry = Entry(form, spanish, part_of_speech, note=note)
        entries.append(entry)
        marked[form] = entry
    for entry in entries:
        if entry.part_of_speech == "nt":  # tesa "eye": che resa "my eye", hesa "her eye"
            marked.setdefault("r" + entry.form[1:], entry._replace(form="r" + entry.form[1:]))
            marked.setdefault("h" + entry.form[1:], entry._replace(form="h" + entry.form[1:], owner="su"))
    folded: dict[str, tuple[Entry, ...]] = {}
    for form, entry in marked.items():
        folded[fold(form)] = (*folded.get(fold(form), ()), entry)
    affixes = tuple(
        Affix(kind, form, feature, gloss, place, int(strength))
        for kind, form, feature, gloss, place, strength in rows(DATA / "guarani_affixes.tsv", 6)
    )
    for affix in affixes:
        if affix.kind not in AFFIX_KINDS:
            raise ValueError(f"guarani_affixes.tsv: {affix.form!r} has the unknown kind {affix.kind!r}")
    return Dictionary(tuple(entries), marked, folded, affixes)
