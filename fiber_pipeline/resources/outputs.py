"""Where files for people go, as a resource."""

from pathlib import Path

import dagster as dg
from pydantic import Field


class OutputsResource(dg.ConfigurableResource[Path]):
    """The folder that holds workbook, report and exports."""

    folder: str = Field(description="A local folder.")

    def open(self) -> Path:
        """The folder, made if it is not there."""
        folder = Path(self.folder)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
