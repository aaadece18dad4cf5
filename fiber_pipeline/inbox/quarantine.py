"""Where files that cannot be read wait for a person, each with a note of what is wrong and how to mend it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from fiber_pipeline.inbox.folder import Inbox

NOTE_SUFFIX = ".why.txt"


class Quarantine:
    """A local folder beside the inbox, laid out like it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, inbox: Inbox, batch: str, reason: str) -> Path:
        """Move a batch's file out of the inbox, so that it holds up nothing; return where it is now.

        The note beside it holds `reason`. Dropping the mended file under its old name replaces the batch, and
        `release` then takes the old one away.
        """
        place = self._place(batch)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        with inbox.local_copy(batch) as path:
            # A link is kept as a link: what it points to is none of the inbox's business.
            shutil.copyfile(path, place, follow_symlinks=False)
        place.with_name(place.name + NOTE_SUFFIX).write_text(
            f"{batch}\nquarantined {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n\n{reason}\n", encoding="utf-8"
        )
        inbox.remove(batch)
        return place

    def release(self, batch: str) -> None:
        """Forget an earlier file of this batch, now that one could be read."""
        place = self._place(batch)
        place.unlink(missing_ok=True)
        place.with_name(place.name + NOTE_SUFFIX).unlink(missing_ok=True)

    def why(self, batch: str) -> str | None:
        """The note on a quarantined batch, or None if it is not here."""
        note = self._place(batch).with_name(self._place(batch).name + NOTE_SUFFIX)
        return note.read_text(encoding="utf-8") if note.exists() else None

    def batches(self) -> list[str]:
        """The batches that wait here."""
        notes = self.folder.rglob(f"*{NOTE_SUFFIX}") if self.folder.exists() else ()
        return sorted(note.relative_to(self.folder).as_posix().removesuffix(NOTE_SUFFIX) for note in notes)

    def _place(self, batch: str) -> Path:
        # Control characters may be what is wrong with the name.
        return self.folder / "".join(character if character.isprintable() else "_" for character in batch)
