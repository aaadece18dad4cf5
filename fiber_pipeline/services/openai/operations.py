"""What is asked of OpenAI: each operation with its prompt, the form of its answers and how long they may get."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fiber_pipeline.services.openai.answers import (
    Answer,
    Summary,
    Translation,
    TranslationWithEnglish,
    annotation_of,
    reply_schema,
)
from fiber_pipeline.services.openai.prompts import render_prompt
from fiber_pipeline.services.openai.tokens import prompt_tokens, text_tokens
from fiber_pipeline.services.operation import Item, Operation
from fiber_pipeline.services.service import Usage

PROVIDER = "openai"
# Follows strict schemas, takes a temperature, and needs no thinking for texts this short.
DEFAULT_MODEL = "gpt-4.1-mini"
ANNOTATE_PROMPT, TRANSLATE_PROMPT, SUMMARISE_PROMPT = "annotate-v1", "translate-v1", "summarise-v1"
MOST_STATEMENTS = 8
# What is longer than a few pages is no comment, and an answer about it would be cut off.
COMMENT_CHARACTERS = 8_000
FACTS_CHARACTERS = 60_000
# Families that reason before they answer: they take an effort and no temperature, and what they think is paid too.
_REASONING = re.compile(r"(?:o\d|gpt-(?:[5-9]|\d\d)|gpt-oss)(?!.*chat)")
_TARGETS = {
    False: "`text_es`: the text in Spanish, as it is spoken in Paraguay.",
    True: "`text_es`: the text in Spanish, as it is spoken in Paraguay; `text_en`: the same in English.",
}


@dataclass(frozen=True)
class OutputSize:
    """The most tokens an answer may take: for a request, for each text, and for each token of the texts."""

    request: int
    text: int
    token: float


@dataclass(frozen=True)
class Question:
    """An operation, and what it takes to ask it and to read what comes back.

    instructions: the prompt, filled in. answer: the form of one text's answer.
    item_characters: the most that one text may have.
    """

    operation: Operation
    instructions: str
    answer: type[Answer]
    size: OutputSize
    item_characters: int = COMMENT_CHARACTERS

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of a reply."""
        return reply_schema(self.answer)

    @cached_property
    def reasons(self) -> bool:
        """Whether the model thinks before it answers."""
        return is_reasoning(self.operation.model)

    def most_tokens_out(self, items: Sequence[Item]) -> int:
        """What a request may answer at most; the service cuts longer answers off."""
        most = self.size.request + self.size.text * len(items)
        most += round(self.size.token * text_tokens([item.text for item in items]))
        return most + (2000 + 400 * len(items) if self.reasons else 0)

    def measure(self, items: Sequence[Item]) -> Usage:
        """The most a request with these items can use."""
        return Usage(
            tokens_in=self._prompt_tokens + text_tokens([item.text for item in items]),
            tokens_out=self.most_tokens_out(items),
        )

    @cached_property
    def _prompt_tokens(self) -> int:
        return prompt_tokens(self.instructions, json.dumps(self.schema, separators=(",", ":")))


def annotate(themes: Mapping[str, str], model: str, served_as: Sequence[str] = ()) -> Question:
    """Sentiment, emotions, urgency and themes at once.

    themes: the themes to choose from, a user's own too: what the prompt says of each, by slug.
    served_as: other names the model goes by at its endpoints.
    """
    listed = "\n".join(f"- `{slug}`: {description}" for slug, description in themes.items())
    return _question(
        "annotate",
        ANNOTATE_PROMPT,
        render_prompt(ANNOTATE_PROMPT, themes=listed),
        annotation_of(list(themes)),
        # An answer of the usual kind takes 120 tokens, one with four themes and three emotions 310.
        OutputSize(request=300, text=150, token=2.0),
        model,
        served_as,
        # Of what the prompt says of the themes; rules of the local engine change no answer here.
        taxonomy=_digest(listed),
    )


def translate(model: str, *, with_english: bool = False, served_as: Sequence[str] = ()) -> Question:
    """Comments in Spanish, and in English if asked for."""
    return _question(
        "translate",
        TRANSLATE_PROMPT,
        render_prompt(TRANSLATE_PROMPT, targets=_TARGETS[with_english]),
        TranslationWithEnglish if with_english else Translation,
        OutputSize(request=100, text=30, token=3.0 if with_english else 1.5),
        model,
        served_as,
        with_english=with_english,
    )


def summarise(model: str, served_as: Sequence[str] = ()) -> Question:
    """An executive summary and the words of recommendations, from figures and findings, which are the item's text."""
    question = _question(
        "summarise",
        SUMMARISE_PROMPT,
        render_prompt(SUMMARISE_PROMPT, most_statements=str(MOST_STATEMENTS)),
        Summary,
        OutputSize(request=4000, text=0, token=0.0),
        model,
        served_as,
    )
    return replace(question, item_characters=FACTS_CHARACTERS)


def is_reasoning(model: str) -> bool:
    """Whether a model reasons before it answers, by its name."""
    return _REASONING.match(model) is not None


def _question(
    name: str,
    prompt: str,
    instructions: str,
    answer: type[Answer],
    size: OutputSize,
    model: str,
    served_as: Sequence[str],
    **parameters: Any,
) -> Question:
    sampling = {"reasoning_effort": "low"} if is_reasoning(model) else {"temperature": 0}
    decides = {
        **parameters,
        **sampling,
        "instructions": _digest(instructions),
        "schema": reply_schema(answer),
        # Endpoints that share an operation are taken to serve the same model; under which names is part of it.
        "served_as": sorted(set(served_as) - {model}),
    }
    return Question(Operation(PROVIDER, name, model, prompt, decides), instructions, answer, size)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
