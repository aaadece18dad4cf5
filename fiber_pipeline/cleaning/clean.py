"""From `raw_comments` to `comments`."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, starmap
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from fiber_pipeline.cleaning.identity import canonical_json, comment_ids, occurrences, response_keys, text_key
from fiber_pipeline.cleaning.informativeness import is_informative
from fiber_pipeline.cleaning.near_duplicates import near_duplicate_groups
from fiber_pipeline.cleaning.normalisation import is_stretched, join_lines, normalise
from fiber_pipeline.cleaning.redaction import PII_TYPES, Redaction, redact
from fiber_pipeline.tables import COMMENTS

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
    # Line breaks go only after redaction: they tell where a signature or an address begins.
    text = join_lines(redaction.text)
    informative = is_informative(text)
    return _Cleaned(
        text=text,
        text_key=text_key(text),
        is_informative=informative,
        is_stretched=is_stretched(text),
        says_much=informative and len(_WORD.findall(text)) >= _DISTINCTIVE_WORDS,
        pii_types=redaction.types,
        pii_unchecked=unchecked,
    )


def clean(raw: pd.DataFrame, look_again: SecondLook | None = None) -> pd.DataFrame:
    """Clean, redact and identify comments.

    raw: a frame of tables.RAW_COMMENTS, one batch or several. look_again: redacts further what our own redaction left
    of each distinct comment, before anything else sees it. Returns a frame of tables.COMMENTS with a row for each row
    of `raw`, in its order (`position` counts them within their batch); a null comment becomes an empty, uninformative
    one. `duplicate_of` is null: the warehouse links duplicates over all batches.

    A row is distinctive, so that an equal one can only be the same response exported twice, if it has a customer, a
    time of day, or an informative text of at least two words. Two answers of "Excelente" on one day are two answers.
    """
    comments = _values(raw["comment"])
    distinct = list(dict.fromkeys(comment for comment in comments if comment is not None))
    known = dict(zip(distinct, starmap(_cleaned, _redacted(distinct, look_again)), strict=True))
    empty = _cleaned(Redaction("", ()))
    cleaned = [empty if comment is None else known[comment] for comment in comments]
    texts = [row.text for row in cleaned]

    batches = _values(raw["batch"])
    metadata = _values(raw["metadata"])
    canonical = {document: canonical_json(document) for document in set(metadata)}
    keys = response_keys(
        [
            texts,
            *(_values(raw[column]) for column in ("nps", "nps_group", "rating", "rating_scale", "customer_id")),
            _values(raw["commented_at"].astype("int64[pyarrow]")),
            [canonical[document] for document in metadata],
        ]
    )
    places = occurrences(batches, keys)
    counters = {batch: count() for batch in set(batches)}
    has_customer = raw["customer_id"].notna().tolist()
    has_time = _values(raw["has_time"])
    return COMMENTS.frame(
        {
            "batch": raw["batch"],
            "comment_id": comment_ids(batches, keys, places),
            "row_id": raw["row_id"],
            "position": [next(counters[batch]) for batch in batches],
            "text": texts,
            "text_key": [row.text_key for row in cleaned],
            "is_informative": [row.is_informative for row in cleaned],
            "is_stretched": [row.is_stretched for row in cleaned],
            "duplicate_of": None,
            "near_duplicate_group": _near_duplicates(batches, cleaned),
            "response_key": keys,
            "occurrence": places,
            "is_distinctive": [
                bool(customer or time or row.says_much)
                for customer, time, row in zip(has_customer, has_time, cleaned, strict=True)
            ],
            "nps": raw["nps"],
            "nps_group": raw["nps_group"],
            "rating": raw["rating"],
            "rating_scale": raw["rating_scale"],
            "commented_at": raw["commented_at"],
            "customer_id": raw["customer_id"],
            "pii_types": [list(row.pii_types) for row in cleaned],
            "pii_unchecked": [row.pii_unchecked for row in cleaned],
            "ingested_at": raw["ingested_at"],
        }
    )


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
