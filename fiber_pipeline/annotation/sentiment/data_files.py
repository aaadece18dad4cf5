"""Reading the data files, with the line in every complaint."""

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

from fiber_pipeline.tables.vocabulary import EMOTIONS

DATA = Path(str(resources.files("fiber_pipeline.annotation.sentiment.data")))


class DataFileError(ValueError):
    """A data file does not hold what it should; the message says file, line and what is wrong."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path.name}, line {line}: {what}")


def rows(path: Path, columns: tuple[str, ...], optional: int = 0) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield (line number, cells by column) of a TSV file; `#` starts a comment line, there is no header.

    The last `optional` columns may be left out. Raises DataFileError for a line with too few or too many cells.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("# ") or line.strip() == "#":
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if not len(columns) - optional <= len(cells) <= len(columns):
            raise DataFileError(path, number, f"{len(cells)} cells where {', '.join(columns)} were expected")
        yield number, dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True))


def weight(path: Path, line: int, text: str) -> float:
    """Parse a weight from -3 to 3."""
    try:
        value = float(text)
    except ValueError:
        raise DataFileError(path, line, f"{text!r} is no number") from None
    if not -3 <= value <= 3:
        raise DataFileError(path, line, f"weight {text} is outside -3 to 3")
    return value


def emotions(path: Path, line: int, text: str) -> tuple[str, ...]:
    """Parse emotion names separated by commas."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in EMOTIONS:
            raise DataFileError(path, line, f"unknown emotion {name!r}; there are {', '.join(EMOTIONS)}")
    return names
