"""What is asked of a service, and the key under which its answer is kept."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from json.encoder import encode_basestring
from typing import Any


@dataclass(frozen=True)
class Item:
    """A text to ask about.

    text: redacted, NFC.
    language: what it is said to be in, for services that want to be told; None where it is not sent.
    """

    text: str
    language: str | None = None


@dataclass(frozen=True)
class Operation:
    """Everything that decides an answer, but the text.

    provider: openai, azure or google.
    name: what is asked for, such as `annotate`, `sentiment`, `translate`.
    model: the model or deployment, as the provider names it.
    prompt_version: of the prompt file; None for services without prompts.
    parameters: all that is sent besides (temperature, schema, taxonomy, target language, API version, glossary);
        plain JSON. Two operations that differ in any of it share no answer.
    """

    provider: str
    name: str
    model: str
    prompt_version: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of all of it, the same in every process."""
        parameters = json.dumps(self.parameters, sort_keys=True)
        parts = [self.provider, self.name, self.model, self.prompt_version, parameters]
        return _digest(json.dumps(parts, ensure_ascii=False))

    def key(self, item: Item) -> str:
        """The key of this operation's answer about `item`: 64 hexadecimal digits."""
        language = "null" if item.language is None else encode_basestring(item.language)
        # Put together by hand: there is a key a text, and an encoder takes as long as all the rest.
        return _digest(f'["{self.fingerprint}", {encode_basestring(item.text)}, {language}]')


def text_hash(text: str) -> str:
    """A digest of a redacted text by itself, by which its answers are found when it must be erased."""
    return _digest(f"[{encode_basestring(text)}]")


def _digest(parts: str) -> str:
    """parts: a JSON list, which keeps them apart: no two lists make the same text."""
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
