"""`forecasts`: where NPS, volume and theme shares are heading."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

_SOURCES = ["insights.value", "insights.period"]

FORECASTS = Table(
    name="forecasts",
    row="a forecast of a metric",
    key=("metric", "member", "period"),
    partitioned=False,
    columns={
        "metric": columns.text("What is forecast: nps, volume or theme_share.", sources=["insights.metric"]),
        "member": columns.text("The theme, or `all`.", sources=["insights.member"]),
        "period": columns.text("The month forecast; `none` where the series is too short.", sources=_SOURCES),
        "value": columns.real("The expected figure.", nullable=True, sources=_SOURCES),
        "low": columns.real("Lower end of its 80 % interval.", nullable=True, sources=_SOURCES),
        "high": columns.real("Upper end of its 80 % interval.", nullable=True, sources=_SOURCES),
        "model": columns.text("The model that forecast it, or `none`."),
        "history": columns.integer("Months it rests on.", pr.Check.ge(0), sources=_SOURCES),
        "backtest_error": columns.real("Mean absolute error on held-out months.", nullable=True, sources=_SOURCES),
        "naive_error": columns.real("The same for repeating the last month.", nullable=True, sources=_SOURCES),
        "backtest_coverage": columns.real(
            "Share of held-out months within intervals made as this one is.",
            low=0,
            high=1,
            nullable=True,
            sources=_SOURCES,
        ),
        "backtest_months": columns.integer(
            "Held-out months forecast, each one to three months ahead.", pr.Check.ge(0), nullable=True, sources=_SOURCES
        ),
        "note": columns.text("What to know before using it; why there is none where there is none.", nullable=True),
    },
)
