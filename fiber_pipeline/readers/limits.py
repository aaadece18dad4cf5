"""How large a file may be before reading it is refused."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on one file; beyond any of the first seven the file is unreadable, beyond the last a row is rejected.

    file_bytes: size as it stands.
    unpacked_bytes: size once unpacked, all members of an archive (or parts of a workbook) together.
    unpacked_ratio: unpacked size over packed size, counted once 16 MiB are unpacked. Office files of repetitive
        text reach 50; deflate's bound is 1032.
    members: files in an archive.
    rows: rows of a sheet or file, blank ones included.
    columns: columns of a sheet or file; of delimited text, the row that has more is rejected.
    cells: rows times columns of a sheet, since a workbook's sheet is held in memory whole.
    cell_characters: characters of one cell; Excel's own bound is 32,767, that of Python's csv reader 131,072.
    """

    file_bytes: int = 1024 * MIB
    unpacked_bytes: int = 2048 * MIB
    unpacked_ratio: int = 200
    members: int = 100
    rows: int = 5_000_000
    columns: int = 1_000
    cells: int = 30_000_000
    cell_characters: int = 100_000

    def __post_init__(self) -> None:
        """Refuse bounds that could never hold."""
        for name, value in vars(self).items():
            if value < 1:
                raise ValueError(f"limit {name} must be at least 1, not {value}")
        if self.cell_characters > 131_072:
            raise ValueError(f"limit cell_characters must be at most 131072, not {self.cell_characters}")
