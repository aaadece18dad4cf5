"""The package's word lists, read once."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

import yaml


@cache
def read_word_lists(name: str) -> Mapping[str, frozenset[str]]:
    """The lists of the data file `name` (such as "names.yaml") by their key."""
    listed = yaml.safe_load(resources.files(__package__).joinpath(name).read_text("utf-8"))
    return {kind: frozenset(str(word) for word in words) for kind, words in listed.items()}


def alternatives(words: Iterable[str]) -> str:
    """A regular expression that matches any of `words`, the longest first."""
    return "|".join(word.replace(" ", "[ ]") for word in sorted(words, key=lambda word: (-len(word), word)))
