"""What engines of every kind share: how they are asked, how they answer, and how one stands in for another.

An engine takes a request of distinct texts and returns answers. It may leave texts unanswered, with a reason each;
those go to the next engine of the chain, and the row says so. A text on which an engine breaks is left unanswered too
(`answer_apart`); where no engine is left, its rows are made by `NONE`. Protocols live with their kind:
`language.protocol`, `translation.protocol`, `sentiment.protocol`, `themes.protocol`.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fiber_pipeline.problems import Problem, kind_and_place
from fiber_pipeline.tables import Table

Progress = Callable[[int, int], None]

ITEM = "item"
REQUEST_SIZE = 4096
# Stands as `engine` and `model` of a text on which every engine broke: its label says nothing.
NONE = "none"
# What a table's frame says of the texts it lacks an answer to: how many comments for each reason.
_UNANSWERED = "fiber_pipeline/unanswered"
# What a text cannot be to blame for.
_NOT_OF_A_TEXT = (OSError, MemoryError)
# What `ask` adds to every answer; some tables keep it under other names.
PROVENANCE = pa.schema(
    [("engine", pa.string()), ("model", pa.string()), ("is_fallback", pa.bool_()), ("fallback_reason", pa.string())]
)


class EngineUnavailable(Problem, RuntimeError):  # noqa: N818 - a state, not a mistake
    """No engine of the chain answered a text, or a chain names an engine that is not set up."""


@dataclass(frozen=True)
class Answers:
    """What an engine made of a request.

    frame: one or more rows per answered text (none is a valid answer for themes); column `item` is the text's
        position in the request, the other columns are those of the engine's kind.
    unanswered: reason by position, for texts the engine could not or would not answer.
    broken: those of them on which the engine broke, as it would again.
    """

    frame: pd.DataFrame
    unanswered: Mapping[int, str] = field(default_factory=dict)
    broken: frozenset[int] = frozenset()


class Engine(Protocol):
    """What every engine has: a name that stands in `engine` columns, and a model or version."""

    @property
    def name(self) -> str:
        """Short and stable: local, openai, azure, google."""

    @property
    def model(self) -> str:
        """The model, or the version of rules and lexicons; changes whenever answers may."""

    def answer(self, request: pd.DataFrame) -> Answers:
        """Answer texts. `request` has a RangeIndex and the columns its kind's protocol names."""


@runtime_checkable
class PatientEngine(Protocol):
    """An engine that waits for others most of the time, such as one over a paid service.

    It is asked about `request_size` texts at once, so that requests are always under way, and tells how far it is
    while it works.
    """

    request_size: int

    def answer(self, request: pd.DataFrame, progress: Progress | None = None) -> Answers:
        """Answer texts, telling how many of the request have an outcome."""


@dataclass(frozen=True)
class Distinct:
    """Texts without repetition, and how to get back from them.

    request: the frame an engine is asked with, a row per distinct text.
    item_of: for every row of the original frame, its row in `request`.
    """

    request: pd.DataFrame
    item_of: npt.NDArray[np.int64]


def distinct_texts(frame: pd.DataFrame, columns: Sequence[str]) -> Distinct:
    """Reduce `frame` to its distinct `text`s; the other `columns` must depend on the text alone."""
    item_of, _ = pd.factorize(frame["text"])
    first_rows = np.full(int(item_of.max()) + 1 if len(item_of) else 0, -1, dtype=np.int64)
    # Assigned backwards, so that the first row of each text stands.
    first_rows[item_of[::-1]] = np.arange(len(item_of) - 1, -1, -1)
    request = frame[list(columns)].iloc[first_rows].reset_index(drop=True)
    return Distinct(request, item_of.astype(np.int64))


def collect(
    table: Table,
    chain: Sequence[Engine],
    request: pd.DataFrame,
    progress: Progress | None = None,
    *,
    blank: Mapping[str, object] = MappingProxyType({}),
) -> pa.Table:
    """Ask the chain and gather what `table` declares of its answers, and who gave them, as Arrow, ordered by `item`.

    Columns that the engines do not fill (keys, and what is known only per comment) are not in the result. blank: what
    stands in the kind's columns of a text on which every engine broke.
    """
    named = {item.name: item.type for item in (*PROVENANCE, *table.arrow_schema)}
    declared = [pa.field(ITEM, pa.int64()), *(pa.field(name, kind) for name, kind in named.items())]
    parts = []
    told = _Told(progress, len(request))
    for frame in ask(chain, request, told.within, blank=blank):
        schema = pa.schema([item for item in declared if item.name in frame.columns])
        parts.append(pa.Table.from_pandas(frame, schema=schema, preserve_index=False))
        told.add(frame[ITEM].nunique())
    if not parts:
        return pa.schema(declared).empty_table()
    return pa.concat_tables(parts, promote_options="default").sort_by(ITEM)


def ask(
    chain: Sequence[Engine],
    request: pd.DataFrame,
    progress: Progress | None = None,
    *,
    blank: Mapping[str, object] = MappingProxyType({}),
) -> Iterator[pd.DataFrame]:
    """Ask the chain about `request`, some thousand texts at a time, so that memory stays flat and progress shows.

    Yields frames of the engines' columns plus `engine`, `model` (unless the engine fills it), `is_fallback` and
    `fallback_reason`, with `item` referring to `request`. progress: told by remote engines how far they are with what
    they have been asked at once. A text on which the last engine broke has a row of `NONE` with `blank`. Raises
    EngineUnavailable, naming the reasons, if texts are left that the last engine did not answer and might another day.
    """
    if not chain:
        raise EngineUnavailable("the engine chain is empty")
    size = max(_request_size(engine) for engine in chain)
    for first in range(0, len(request), size):
        part = request.iloc[first : first + size].reset_index(drop=True)
        for frame in _ask_part(chain, part, progress, blank):
            frame[ITEM] += first
            yield frame


def _request_size(engine: Engine) -> int:
    return engine.request_size if isinstance(engine, PatientEngine) else REQUEST_SIZE


def _ask_part(
    chain: Sequence[Engine], part: pd.DataFrame, progress: Progress | None, blank: Mapping[str, object]
) -> Iterator[pd.DataFrame]:
    positions = list(range(len(part)))
    reasons: dict[int, str] = {}
    broken: set[int] = set()
    for rank, engine in enumerate(chain):
        left: list[int] = []
        broken.clear()
        for first in range(0, len(positions), _request_size(engine)):
            asked = positions[first : first + _request_size(engine)]
            answers = answer_with(engine, part if len(asked) == len(part) else part.iloc[asked], progress)
            frame = answers.frame.copy(deep=False)
            frame[ITEM] = np.asarray(asked, dtype="int64")[frame[ITEM].to_numpy(dtype="int64")]
            frame["engine"] = engine.name
            if "model" not in frame:
                frame["model"] = engine.model
            frame["is_fallback"] = rank > 0
            frame["fallback_reason"] = frame[ITEM].map(reasons) if rank else None
            yield frame
            broken.update(asked[place] for place in answers.broken)
            for place, reason in sorted(answers.unanswered.items()):
                item = asked[place]
                left.append(item)
                said = f"{engine.name}: {reason}"
                reasons[item] = f"{reasons[item]}; {said}" if item in reasons else said
        positions = left
        if not positions:
            return
    waiting = [item for item in positions if item not in broken]
    if waiting:
        examples = "; ".join(sorted({reasons[item] for item in waiting})[:3])
        raise EngineUnavailable(f"{len(waiting)} texts were answered by no engine of the chain ({examples})")
    nobody = {"engine": NONE, "model": NONE, "is_fallback": True}
    yield pd.DataFrame(
        [{ITEM: item, **blank, **nobody, "fallback_reason": reasons[item]} for item in positions]
    ).astype({ITEM: "int64"})


def answer_with(engine: Engine, request: pd.DataFrame, progress: Progress | None = None) -> Answers:
    """Ask one engine; texts on which it breaks are left unanswered, the others are answered all the same."""
    request = request.reset_index(drop=True)
    if isinstance(engine, PatientEngine):
        # Asked once: what it makes of each answer it sets apart itself, and asking costs money.
        return engine.answer(request, progress)
    with _collector_paused():
        return answer_apart(
            lambda rows: engine.answer(request[rows.start : rows.stop].reset_index(drop=True)), range(len(request))
        )


def answer_apart(answer: Callable[[range], Answers], rows: range) -> Answers:
    """Answer `rows` of a request together and, where that breaks, in halves down to the texts that break it.

    answer: takes rows that follow each other and returns their answers, with positions counted from the first of them.
    The reason of a broken text names the error and where it was raised, never its words: they may quote the text.
    """
    try:
        return answer(rows)
    except (EngineUnavailable, *_NOT_OF_A_TEXT):
        raise
    # The one place where any error is caught: whatever it is, a mistake of ours over one text, of which there is always
    # one more, may cost that text alone and not its batch.
    except Exception as error:  # noqa: BLE001
        if len(rows) == 1:
            return Answers(
                pd.DataFrame({ITEM: pd.array([], dtype="int64")}),
                {0: f"broke on the text ({kind_and_place(error)})"},
                frozenset((0,)),
            )
    half = len(rows) // 2
    first, second = answer_apart(answer, rows[:half]), answer_apart(answer, rows[half:])
    shifted = second.frame.assign(**{ITEM: second.frame[ITEM] + half})
    frames = [frame for frame in (first.frame, shifted) if len(frame)] or [first.frame]
    return Answers(
        pd.concat(frames, ignore_index=True),
        {**first.unanswered, **{place + half: reason for place, reason in second.unanswered.items()}},
        first.broken | {place + half for place in second.broken},
    )


def note_unanswered(frame: pd.DataFrame, answers: pa.Table) -> pd.DataFrame:
    """Return `frame` with a note of what nobody answered. answers: a row per comment, of `collect`'s provenance."""
    left = answers.filter(pc.equal(answers["engine"], NONE))
    frame.attrs[_UNANSWERED] = {} if not left.num_rows else Counter(left["fallback_reason"].to_pylist())
    return frame


def unanswered_in(frame: pd.DataFrame) -> Mapping[str, int]:
    """How many comments nobody answered, by reason, as `note_unanswered` left it."""
    noted: Mapping[str, int] = frame.attrs.get(_UNANSWERED, {})
    return noted


class _Told:
    """Progress over a request that is asked in parts, and within parts that take long."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._answered = 0
        self._told = 0

    def add(self, answered: int) -> None:
        """A part has been answered."""
        self._answered += answered
        self._tell(self._answered)

    def within(self, done: int, _: int) -> None:
        """So much of the part that is being asked has an outcome."""
        self._tell(min(self._answered + done, self._total))

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            # What an engine leaves unanswered had an outcome and is asked again of the next: never step back.
            self._told = max(self._told, done)
            self._progress(self._told, self._total)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from looking through answers while they are made.

    They are very many small objects and no cycles; going through them again and again takes an eighth of the time.
    A request is some thousand texts, so little piles up until it is on again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
