import re
from base64 import b64decode
from collections.abc import Callable

import pandas as pd
import pytest

from fiber_pipeline.outputs import charts
from fiber_pipeline.outputs.palette import PAGE
from fiber_pipeline.outputs.rendering import chart_markdown, chart_png, chart_svg

PNG = b"\x89PNG\r\n\x1a\n"
MONTHS = pd.DataFrame(
    {"period": ["2026-04", "2026-05"], "value": [1234.5, None], "low": [-10.0, None], "high": [20.0, None]}
)
VOLUMES = pd.DataFrame({"period": ["2026-04", "2026-05"], "value": [1234.5, 12], "is_incomplete": [False, True]})


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>(.*?)</text>", svg)


@pytest.mark.parametrize(
    ("chart", "frame"),
    [
        (charts.nps_chart, MONTHS),
        (charts.volume_chart, VOLUMES),
        (charts.sentiment_chart, pd.DataFrame({"period": ["2026-05"], "sentiment": ["negative"], "share": [1.0]})),
        (charts.theme_chart, pd.DataFrame({"label": ["Cortes"], "sentiment": ["negative"], "mentions": [3]})),
        (charts.language_chart, pd.DataFrame({"language": ["gn", "mixed"], "comments": [3, 2]})),
        (charts.emotion_chart, pd.DataFrame({"emotion": ["joy"], "comments": [3]})),
        (charts.nps_histogram, pd.DataFrame({"nps": [0, 10], "comments": [3, 2]})),
    ],
)
@pytest.mark.parametrize("is_empty", [False, True])
def test_every_chart_draws_its_frame_and_an_empty_one(
    chart: Callable[..., charts.Spec], frame: pd.DataFrame, is_empty: bool
) -> None:
    assert chart_png(chart(frame.iloc[:0] if is_empty else frame)).startswith(PNG)


def test_figures_and_months_are_written_in_spanish() -> None:
    shown = texts(chart_svg(charts.volume_chart(VOLUMES)))
    assert "abr 2026" in shown
    assert "1.000" in shown
    shown = texts(chart_svg(charts.language_chart(pd.DataFrame({"language": ["mixed"], "comments": [2]}))))
    assert "Jopara" in shown


def test_a_page_colours_its_charts_by_its_own_properties() -> None:
    svg = chart_svg(charts.volume_chart(VOLUMES, palette=PAGE))
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg)) - {"none", "transparent"}
    assert colours
    assert all(colour.startswith("var(--") for colour in colours)


def test_labels_are_escaped() -> None:
    frame = pd.DataFrame({"label": ["<script>alert(1)</script>"], "sentiment": ["negative"], "mentions": [3]})
    svg = chart_svg(charts.theme_chart(frame, width=1200))
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_marks_of_the_matrix_do_not_overlap() -> None:
    crowd = pd.DataFrame(
        {
            "rank": range(1, 5),
            "label": ["Cortes", "Facturación", "Tiempo de solución", "Soporte técnico"],
            "share": [0.10, 0.101, 0.102, 0.2],
            "negative_share": [0.8, 0.8, 0.79, 0.3],
            "priority": [100.0, 50.0, 20.0, None],
        }
    )
    spec = charts.priority_chart(crowd)
    marks = {row["mark"]: row["place"] for row in spec["data"]["values"]}
    assert marks["1. Cortes"] == "right"
    assert len(set(list(marks.values())[:3])) == 3
    assert chart_png(spec).startswith(PNG)


def test_markdown_holds_the_picture_itself() -> None:
    text = chart_markdown(charts.volume_chart(VOLUMES), "Volumen [mayo]")
    found = re.fullmatch(r"!\[Volumen \(mayo\)\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)", text)
    assert found
    assert b64decode(found[1]).startswith(PNG)
