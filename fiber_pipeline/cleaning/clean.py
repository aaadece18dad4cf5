"""From `raw_comments` to `comments`."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, starmap
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fiber_pipeline.cleaning.identity import (
    Identities,
    canonical_json,
    comment_ids,
    occurrences,
    response_keys,
    text_key,
)
from fiber_pipeline.cleaning.informativeness import is_informative
from fiber_pipeline.cleaning.near_duplicates import near_duplicate_groups
from fiber_pipeline.cleaning.normalisation import is_stretched, join_lines, normalise
from fiber_pipeline.cleaning.personal_data import Redaction, redact
from fiber_pipeline.tables import COMMENTS
from fiber_pipeline.text import PII_TYPES

_WORD = re.compile(r"[^\W\d_]+")
_DISTINCTIVE_WORDS = 2


@dataclass(frozen=True)
class Looked:
    """What a second look at redacted texts came to.

    redactions: one a text, in their order; `types` are the kinds found here, which earlier passes may not have.
    unchecked: reason by place, for texts that were not looked at; they stay as they were.
    """

    redactions: Sequence[Redaction]
    unchecked: Mapping[int, str] = field(default_factory=dict)


# Looks once more at redacted texts, and redacts further where it finds something.
SecondLook = Callable[[Sequence[str]], Looked]


class _Cleaned(NamedTuple):
    """What is worked out once for each distinct comment of a batch."""

    text: str
    text_key: str
    is_informative: bool
    is_stretched: bool
    says_much: bool
    pii_types: tuple[str, ...]
    pii_unchecked: str | None


def _redacted(comments: Iterable[str], look_again: SecondLook | None) -> Iterator[tuple[Redaction, str | None]]:
    """Each comment redacted, and why it had no second look if it should have had one."""
    first = (redact(normalise(comment)) for comment in comments)
    if look_again is None:
        yield from ((redaction, None) for redaction in first)
        return
    kept = list(first)
    looked = look_again([redaction.text for redaction in kept])
    for place, (own, more) in enumerate(zip(kept, looked.redactions, strict=True)):
        types = tuple(kind for kind in PII_TYPES if kind in (*own.types, *more.types))
        yield Redaction(more.text, types), looked.unchecked.get(place)


def _cleaned(redaction: Redaction, unchecked: str | None = None) -> _Cleaned:
    # Line breaks go only after redaction: they tell where a signature or an address begins. Where they went, full stops
    # may have come, which part a town's name into a person's.
    text, types = join_lines(redaction.text), redaction.types
    if text != redaction.text:
        joined = redact(text)
        text, types = joined.text, tuple(kind for kind in PII_TYPES if kind in (*types, *joined.types))
    informative = is_informative(text)
    return _Cleaned(
        text=text,
        text_key=text_key(text),
        is_informative=informative,
        is_stretched=is_stretched(text),
        says_much=informative and len(_WORD.findall(text)) >= _DISTINCTIVE_WORDS,
        pii_types=types,
        pii_unchecked=unchecked,
    )


class _Answers(NamedTuple):
    """What rows of `raw_comments` say, an item an answer: row by row, in each the main answer before further ones.

    rows: the place of each answer's row. texts: None for a row without any. questions: None where there is no header.
    """

    rows: list[int]
    is_main: list[bool]
    texts: list[str | None]
    questions: list[str | None]


class _Responses(NamedTuple):
    """What makes each row of `raw_comments` the same response as another."""

    keys: list[str]
    occurrences: list[int]
    is_distinctive: list[bool]


def clean(raw: pd.DataFrame, identities: Identities, look_again: SecondLook | None = None) -> pd.DataFrame:
    """Clean, redact and identify comments.

    raw: a frame of tables.RAW_COMMENTS, one batch or several. identities: what responses, comments and customers are
    called. look_again: redacts further what our own redaction left
    of each distinct comment, before anything else sees it. Returns a frame of tables.COMMENTS with a row for each open
    question that a row of `raw` answers, in its order, the main one first; a row without an answer becomes an empty,
    uninformative comment. `position` counts comments within their batch. `duplicate_of` is null: the warehouse links
    duplicates over all batches.

    A response is a whole row, all its answers together, and so are duplicates: "Nada" said again is none. A response is
    distinctive, so that an equal one can only be the same exported twice, if it has a customer, a time of day, or an
    informative answer of at least two words. Two answers of "Excelente" on one day are two answers.
    """
    answers = _answers(raw)
    distinct = list(dict.fromkeys(text for text in answers.texts if text is not None))
    known = dict(zip(distinct, starmap(_cleaned, _redacted(distinct, look_again)), strict=True))
    empty = _cleaned(Redaction("", ()))
    cleaned = [empty if text is None else known[text] for text in answers.texts]
    responses = _responses(raw, answers, cleaned)

    rows = answers.rows
    of = raw if len(rows) == len(raw) else raw.iloc[rows]
    batches = _values(of["batch"])
    keys = [responses.keys[row] for row in rows]
    places = [responses.occurrences[row] for row in rows]
    asked = [
        None if is_main else question for is_main, question in zip(answers.is_main, answers.questions, strict=True)
    ]
    counters = {batch: count() for batch in set(batches)}
    return COMMENTS.frame(
        {
            "batch": of["batch"],
            "comment_id": identities.named("comment", comment_ids(batches, keys, places, asked)),
            "row_id": of["row_id"],
            "question": answers.questions,
            "is_main": answers.is_main,
            "position": [next(counters[batch]) for batch in batches],
            "text": [row.text for row in cleaned],
            "text_key": [row.text_key for row in cleaned],
            "is_informative": [row.is_informative for row in cleaned],
            "is_stretched": [row.is_stretched for row in cleaned],
            "duplicate_of": None,
            "near_duplicate_group": _near_duplicates(batches, cleaned),
            "response_key": identities.named("response", keys),
            "occurrence": places,
            "is_distinctive": [responses.is_distinctive[row] for row in rows],
            "nps": of["nps"],
            "nps_group": of["nps_group"],
            "rating": of["rating"],
            "rating_scale": of["rating_scale"],
            "commented_at": of["commented_at"],
            "customer_id": identities.customers(_values(of["customer_id"]), _values(of["customer_column"])),
            "pii_types": [list(row.pii_types) for row in cleaned],
            "pii_unchecked": [row.pii_unchecked for row in cleaned],
            "ingested_at": of["ingested_at"],
        }
    )


def _answers(raw: pd.DataFrame) -> _Answers:
    """Take rows apart. Rows read before there were several answers have none but their comment."""
    comments, main = _values(raw["comment"]), pa.array(_values(raw["question"]), pa.string())
    told = pa.chunked_array(pa.array(raw["answers"].array)).combine_chunks()
    rows = pc.list_parent_indices(told)
    questions, texts = pc.list_flatten(told).flatten()
    # A question without a header is the only one of its table.
    is_further = pc.and_(questions.is_valid(), pc.not_equal(questions, main.take(rows)).fill_null(True))
    further = rows.filter(is_further).to_pylist()
    answers = _Answers(
        [*range(len(raw)), *further],
        [*[True] * len(raw), *[False] * len(further)],
        [*comments, *texts.filter(is_further).to_pylist()],
        [*main.to_pylist(), *questions.filter(is_further).to_pylist()],
    )
    if not further:
        return answers
    order = np.argsort(answers.rows, kind="stable").tolist()
    return _Answers(*([column[place] for place in order] for column in answers))


def _responses(raw: pd.DataFrame, answers: _Answers, cleaned: Sequence[_Cleaned]) -> _Responses:
    metadata = _values(raw["metadata"])
    canonical = {document: canonical_json(document) for document in set(metadata)}
    columns = [canonical[document] for document in metadata]
    for row, further in _further(answers).items():
        columns[row] = canonical_json(metadata[row], further)
    texts = [one.text for one, is_main in zip(cleaned, answers.is_main, strict=True) if is_main]
    keys = response_keys(
        [
            texts,
            *(_values(raw[column]) for column in ("nps", "nps_group", "rating", "rating_scale", "customer_id")),
            _values(raw["commented_at"].astype("int64[pyarrow]")),
            columns,
        ]
    )
    say_much = {row for row, one in zip(answers.rows, cleaned, strict=True) if one.says_much}
    has_customer, has_time = raw["customer_id"].notna().tolist(), _values(raw["has_time"])
    return _Responses(
        keys,
        occurrences(_values(raw["batch"]), keys),
        [
            bool(customer or time or row in say_much)
            for row, (customer, time) in enumerate(zip(has_customer, has_time, strict=True))
        ],
    )


def _further(answers: _Answers) -> dict[int, dict[str, str]]:
    """The further answers of each row that has any, by question."""
    found: dict[int, dict[str, str]] = {}
    for row, is_main, text, question in zip(*answers, strict=True):
        if not is_main:
            found.setdefault(row, {})[str(question)] = str(text)
    return found


def _values(column: pd.Series) -> list[Any]:
    """A column's values with None where there is none."""
    values: list[Any] = pa.array(column.array, from_pandas=True).to_pylist()
    return values


def _near_duplicates(batches: list[str], cleaned: list[_Cleaned]) -> list[str | None]:
    groups: dict[tuple[str, str], str | None] = {}
    texts: dict[str, dict[str, None]] = {batch: {} for batch in dict.fromkeys(batches)}
    for batch, row in zip(batches, cleaned, strict=True):
        if row.is_informative:
            texts[batch][row.text] = None
    for batch, distinct in texts.items():
        listed = list(distinct)
        groups.update(
            ((batch, text), group) for text, group in zip(listed, near_duplicate_groups(listed, batch), strict=True)
        )
    return [groups.get((batch, row.text)) for batch, row in zip(batches, cleaned, strict=True)]
