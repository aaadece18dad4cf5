"""`engine_accuracy`: how often each engine says what people say, on the texts they reviewed."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

_KINDS = ("sentiment", "urgency", "themes", "language")
_SOURCES = [
    "comments.text",
    "corrections.sentiment",
    "corrections.urgency",
    "corrections.language",
    "corrections.themes",
]

ENGINE_ACCURACY = Table(
    name="engine_accuracy",
    row="a measure of one engine against the people who reviewed",
    key=("kind", "engine", "scope", "measure", "label"),
    partitioned=False,
    columns={
        "kind": columns.category("What the engine was asked for.", _KINDS),
        "engine": columns.text("The engine."),
        "model": columns.text("Its model or version."),
        "scope": columns.category(
            "All reviewed texts, most of them picked because they are hard; or only those drawn at random, which "
            "stand for the rest.",
            ("all", "random"),
        ),
        "measure": columns.category(
            "Share of texts with the right answer (for themes, with exactly the right ones); F1 averaged over labels, "
            "or over all themes together; and per label.",
            ("accuracy", "macro_f1", "micro_f1", "precision", "recall", "f1"),
        ),
        "label": columns.text("The label measured; `all` for all of them."),
        "value": columns.real(
            "The figure; null where it is not defined.", low=0, high=1, nullable=True, sources=_SOURCES
        ),
        "low": columns.real(
            "Lower end of its 95 % interval: Wilson's for shares, by bootstrap for F1.",
            nullable=True,
            sources=_SOURCES,
        ),
        "high": columns.real("Upper end of the same.", nullable=True, sources=_SOURCES),
        "sample_size": columns.integer(
            "Texts behind the figure: for precision those the engine gave the label, for recall and F1 of a label "
            "those people gave it.",
            pr.Check.ge(0),
            sources=_SOURCES,
        ),
        "unanswered": columns.integer("Reviewed texts the engine left unanswered; not in the sample.", pr.Check.ge(0)),
        "is_small_sample": columns.boolean("Whether there are too few texts to conclude from.", sources=_SOURCES),
    },
)
