"""Where the names of the priority chart's points stand, so that none covers another."""

from collections.abc import Mapping, Sequence

from fiber_pipeline.outputs.charts.vega import WIDE, Row, Spec

_Box = tuple[float, float, float, float]
MATRIX_HEIGHT = 320
_MARK_OFFSET = 15
_MARK_HEIGHT = 14
_LETTER_WIDTH = 6.6
PLACES: Mapping[str, Spec] = {
    "right": {"align": "left", "dx": _MARK_OFFSET},
    "left": {"align": "right", "dx": -_MARK_OFFSET},
    "above": {"align": "center", "dy": -_MARK_OFFSET},
    "below": {"align": "center", "dy": _MARK_OFFSET},
}


def place_marks(themes: Sequence[Row], widest: float, width: int, height: int = MATRIX_HEIGHT) -> list[tuple[str, str]]:
    """For each point its mark and the side it stands on (right, left, above or below), so that no two marks overlap.

    themes: with `rank`, `label`, `share` (the horizontal axis, up to `widest`) and `negative_share` (the vertical
    one, up to 1), most pressing first. width, height: of the plot, in pixels. The most pressing theme chooses first:
    its number and name where they fit on a side, else its number alone, and to the right where even that fits
    nowhere. Narrow charts have room for numbers only.
    """
    centres = [((row["share"] or 0) / widest * width, (1 - (row["negative_share"] or 0)) * height) for row in themes]
    taken: list[_Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in centres]
    chosen = []
    for row, (x, y) in zip(themes, centres, strict=True):
        marks = [f"{row['rank']}. {row['label']}", str(row["rank"])] if width >= WIDE else [str(row["rank"])]
        options = [(mark, place, _box(mark, place, x, y)) for mark in marks for place in PLACES]
        mark, place, box = next(
            (
                option
                for option in options
                if option[2][0] >= 0
                and option[2][2] <= width + _MARK_OFFSET
                and option[2][1] >= -_MARK_OFFSET
                and option[2][3] <= height
                and not any(_overlap(option[2], other) for other in taken)
            ),
            (marks[-1], "right", _box(marks[-1], "right", x, y)),
        )
        taken.append(box)
        chosen.append((mark, place))
    return chosen


def _box(mark: str, place: str, x: float, y: float) -> _Box:
    long = len(mark) * _LETTER_WIDTH
    left = {"right": x + _MARK_OFFSET, "left": x - _MARK_OFFSET - long}.get(place, x - long / 2)
    middle = {"above": y - _MARK_OFFSET, "below": y + _MARK_OFFSET}.get(place, y)
    return (left, middle - _MARK_HEIGHT / 2, left + long, middle + _MARK_HEIGHT / 2)


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
