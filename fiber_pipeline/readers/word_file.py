"""The readers' data files: names, words and marks beside the modules that use them."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def read_words(package: str, name: str) -> Mapping[str, Any]:
    """What a YAML file of a package (a module's `__package__`) says, by its keys; read once a process."""
    words: Mapping[str, Any] = yaml.safe_load(resources.files(package).joinpath(name).read_text(encoding="utf-8"))
    return words
