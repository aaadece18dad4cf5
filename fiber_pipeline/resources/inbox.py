"""The inbox and its quarantine as a resource."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from fiber_pipeline.inbox import Inbox, Quarantine
from fiber_pipeline.readers import Limits, Mappings, load_mapping

_MEGABYTE = 1024 * 1024


class InboxResource(dg.ConfigurableResource[Inbox]):
    """Where files are dropped, how they are read, and where those that cannot be read go."""

    url: str = Field(description="A folder or an fsspec URL.")
    quarantine_dir: str = Field(description="A local folder for files that cannot be read.")
    mapping: str | None = Field(default=None, description="A YAML file that says which columns are what.")
    max_file_mb: float = Field(default=512.0, gt=0, description="Larger files are quarantined.")
    settle_seconds: float = Field(
        default=10.0, gt=0, description="A file is picked up once it has not changed for this long."
    )
    batches_per_tick: int = Field(default=20, gt=0, description="Batches a sensor asks for runs of at once.")

    def open(self) -> Inbox:
        """The inbox itself."""
        return Inbox(self.url)

    def quarantine(self) -> Quarantine:
        """The quarantine beside it."""
        return Quarantine(Path(self.quarantine_dir))

    def limits(self) -> Limits:
        """What a file may hold at most."""
        return Limits(file_bytes=int(self.max_file_mb * _MEGABYTE))

    def mappings(self) -> Mappings | None:
        """The column mapping file, read anew each time so that an edit counts at once."""
        return load_mapping(Path(self.mapping)) if self.mapping else None
