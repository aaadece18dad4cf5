"""`engine_agreement`: how far engines agree with each other, and with the customer's own score, on a sample."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

_SOURCES = ["comments.text", "translated_comments.text_es", "comments.nps", "comments.rating"]

ENGINE_AGREEMENT = Table(
    name="engine_agreement",
    row="a measure of agreement between two engines, or all of them, on a sample of distinct texts",
    key=("kind", "first", "second", "measure", "label"),
    partitioned=False,
    columns={
        "kind": columns.category("What the engines were asked for.", ("sentiment", "themes")),
        "first": columns.text("An engine, or `all` for all of them together."),
        "second": columns.text(
            "The other engine, `all`, or `customer`: the label that the comment's NPS or rating stands for."
        ),
        "first_model": columns.text("The first engine's model or version.", nullable=True),
        "second_model": columns.text("The second engine's model or version.", nullable=True),
        "measure": columns.category(
            "Share of texts with the same label; Cohen's kappa of two; Fleiss' kappa of more; agreement on one label "
            "(the share of uses of the label, by either, in which the other uses it too); F1 over all themes.",
            ("agreement", "kappa", "fleiss_kappa", "specific_agreement", "micro_f1"),
        ),
        "label": columns.text("The sentiment or theme measured; `all` for all of them."),
        "value": columns.real(
            "The figure; null where it is not defined, as kappa is when everybody always says the same.",
            low=-1,
            high=1,
            nullable=True,
            sources=_SOURCES,
        ),
        "low": columns.real("Lower end of its 95 % interval, by bootstrap.", nullable=True, sources=_SOURCES),
        "high": columns.real("Upper end of its 95 % interval, by bootstrap.", nullable=True, sources=_SOURCES),
        "sample_size": columns.integer(
            "Distinct texts that both answered; for one label, the uses it has.", pr.Check.ge(0), sources=_SOURCES
        ),
        "is_small_sample": columns.boolean("Whether there are too few to conclude from.", sources=_SOURCES),
    },
)
