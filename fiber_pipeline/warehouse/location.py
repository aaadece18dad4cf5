"""What FIBER_WAREHOUSE may name.

The seam for other kinds of warehouse: a location is parsed here and opened in `access`; nothing else knows that it
is a file.
"""

import glob
import re
from dataclasses import dataclass
from pathlib import Path

from fiber_pipeline.warehouse.errors import UnsupportedLocation

# Two letters at least, so that a Windows drive is no scheme.
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):")


@dataclass(frozen=True)
class FileLocation:
    """A DuckDB file on a local disk, with what stands beside it."""

    path: Path

    @property
    def lock_path(self) -> Path:
        """The lock readers share and writers own; it is never removed, since removing it would split the queue."""
        return self.path.with_name(self.path.name + ".lock")

    @property
    def measuring_path(self) -> Path:
        """The lock that whoever measures the whole history owns meanwhile."""
        return self.path.with_name(self.path.name + ".measuring.lock")

    @property
    def wal_path(self) -> Path:
        """DuckDB's write-ahead log."""
        return self.path.with_name(self.path.name + ".wal")

    @property
    def database_paths(self) -> list[Path]:
        """What DuckDB opens: the file, its log, and what is left of the log by who was killed in a checkpoint."""
        wal = self.wal_path
        return [self.path, wal, *(wal.with_name(wal.name + rest) for rest in (".checkpoint", ".recovery"))]

    @property
    def fresh_path(self) -> Path:
        """Where a new database is made before it takes the file's place."""
        return self.path.with_name(self.path.name + ".fresh")

    def spill_path(self, instance: str) -> Path:
        """Where an instance of DuckDB puts what does not fit in memory; two may not share a folder."""
        return self.path.with_name(f"{self.path.name}.spill-{instance}")

    def spill_paths(self) -> list[Path]:
        """The spill folders there are: those in use, and those that killed processes left."""
        return sorted(self.path.parent.glob(glob.escape(self.path.name) + ".spill-*"))


def parse_location(location: str) -> FileLocation:
    """The file `location` names, absolute. Raises UnsupportedLocation for anything that is not a path."""
    if not location.strip():
        raise UnsupportedLocation(
            "the warehouse location is empty; name a DuckDB file, e.g. data/warehouse/fiber.duckdb"
        )
    scheme = _SCHEME.match(location)
    if scheme:
        raise UnsupportedLocation(
            f"{scheme.group(1)}: is not a supported kind of warehouse; supported is the path of a DuckDB file, "
            "e.g. data/warehouse/fiber.duckdb"
        )
    path = Path(location).expanduser().absolute()
    if path.is_dir():
        raise UnsupportedLocation(f"{path} is a folder; name a DuckDB file in it, e.g. {path / 'fiber.duckdb'}")
    return FileLocation(path)
