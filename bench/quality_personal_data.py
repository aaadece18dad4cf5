"""How much personal data redaction removes, and how often it marks what is none.

    python -m bench.quality_personal_data [DATA_DIR]        # or FIBER_BENCH_DATA

Reads `personal_data_dev.tsv` under the folder (id, kind, label "pii" or "none", comment, secret; tab-separated with
quotes). A secret is gone if it no longer stands in the redacted comment as it stood there; a comment without one is
wrong if anything in it was replaced. Figures: shares by kind and for the two lists of the contract with 95 % Wilson
intervals, and the CPU of redaction on made-up surveys, of which a few in a hundred hold a number.
"""

import csv
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from statsmodels.stats.proportion import proportion_confint

from bench.survey import survey
from fiber_pipeline.cleaning import redact

DATA = "personal_data_dev.tsv"
# The kinds of the contract's first list; every other kind with a secret is of its second.
FIRST = frozenset(
    [
        *("phone_mobile", "phone_landline", "phone_words", "cedula", "ruc", "email", "email_obf", "card", "account"),
        *("address", "name_full", "name_first", "name_lower", "name_guarani"),
    ]
)
TARGETS = {"first list": "≥ 97 %", "second list": "≥ 85 %", "marked wrongly": "≤ 2 %"}
SPEED_TEXTS = 10_000
ROUNDS = 3


@dataclass(frozen=True)
class Share:
    """`hits` of `texts`: secrets gone, or comments without one that were marked."""

    hits: int
    texts: int

    def __str__(self) -> str:
        low, high = proportion_confint(self.hits, self.texts, method="wilson")
        return f"{self.hits / self.texts:.1%} ({low:.1%}–{high:.1%})"


@dataclass(frozen=True)
class Results:
    """Shares of secrets gone and of comments marked wrongly, by kind and together; seconds per 10,000 comments."""

    gone: Mapping[str, Share]
    wrong: Mapping[str, Share]
    totals: Mapping[str, Share]
    seconds: float


def evaluate(data: Path) -> Results:
    """Measure on `data`/personal_data_dev.tsv. Raises FileNotFoundError when it is not there."""
    texts: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    secret_kinds: dict[str, None] = {}
    other_kinds: dict[str, None] = {}
    with (data / DATA).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            kind, redacted = row["kind"], redact(row["comment"]).text
            is_secret = row["label"] == "pii"
            (secret_kinds if is_secret else other_kinds)[kind] = None
            texts[kind] += 1
            hits[kind] += row["secret"] not in redacted if is_secret else redacted != row["comment"]

    def share(kinds: Iterable[str]) -> Share:
        listed = list(kinds)
        return Share(sum(hits[kind] for kind in listed), sum(texts[kind] for kind in listed))

    return Results(
        gone={kind: share([kind]) for kind in secret_kinds},
        wrong={kind: share([kind]) for kind in other_kinds},
        totals={
            "first list": share(kind for kind in secret_kinds if kind in FIRST),
            "second list": share(kind for kind in secret_kinds if kind not in FIRST),
            "marked wrongly": share(other_kinds),
        },
        seconds=_seconds(),
    )


def render(results: Results) -> str:
    """The results as Markdown."""
    lines = ["### Personal data", "", "| kinds | comments | share (95 % interval) | target |", "|---|---|---|---|"]
    lines += [f"| {name} | {total.texts} | {total} | {TARGETS[name]} |" for name, total in results.totals.items()]
    lines += ["", "| kind | secrets gone | of |", "|---|---|---|"]
    lines += [f"| {kind} | {found.hits} | {found.texts} |" for kind, found in results.gone.items()]
    lines += ["", "| kind without personal data | marked wrongly | of |", "|---|---|---|"]
    lines += [f"| {kind} | {found.hits} | {found.texts} |" for kind, found in results.wrong.items()]
    lines += ["", f"{results.seconds:.2f} s of CPU per 10,000 comments.", ""]
    return "\n".join(lines)


def _seconds() -> float:
    distinct = dict.fromkeys(str(row[3]) for row in survey(SPEED_TEXTS * 4))
    texts = list(islice(distinct, SPEED_TEXTS))
    seconds = []
    for _ in range(ROUNDS):
        gc.collect()
        gc.disable()
        started = time.process_time()
        for text in texts:
            redact(text)
        seconds.append(time.process_time() - started)
        gc.enable()
    return min(seconds) * 10_000 / len(texts)


def main() -> None:
    """Measure on the folder given as argument or in FIBER_BENCH_DATA, and print."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("FIBER_BENCH_DATA")
    if not folder:
        raise SystemExit("where is the data? python -m bench.quality_personal_data DATA_DIR, or set FIBER_BENCH_DATA")
    print(render(evaluate(Path(folder))))


if __name__ == "__main__":
    main()
