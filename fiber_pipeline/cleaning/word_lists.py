"""The word lists of `cleaning`, read and checked once."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

import yaml


@cache
def read_word_lists(package: str, name: str) -> Mapping[str, frozenset[str]]:
    """The lists of the data file `name` (such as "names.yaml") of a package, by their key.

    Raises ValueError where an entry could match nothing: one that YAML takes for a truth value or a number ("no" wants
    quotes), one with capitals or with spaces about it.
    """
    listed = yaml.load(resources.files(package).joinpath(name).read_text("utf-8"), Loader=yaml.CSafeLoader)
    for kind, words in listed.items():
        if not isinstance(words, list):
            raise ValueError(f"{name}: {kind} is no list")
        for word in words:
            if not isinstance(word, str) or word != word.strip().lower() or not word:
                raise ValueError(f"{name}: {kind}: {word!r} is no text in small letters; a word of YAML wants quotes")
    return {kind: frozenset(words) for kind, words in listed.items()}


def alternatives(words: Iterable[str]) -> str:
    """A regular expression that matches any of `words`, the longest first."""
    return "|".join(word.replace(" ", "[ ]") for word in sorted(words, key=lambda word: (-len(word), word)))
