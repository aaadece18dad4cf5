"""Where files that cannot be read wait for a person, each with a note of what is wrong and how to mend it."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from fiber_pipeline.inbox.folder import Inbox, printable_name

NOTE_SUFFIX = ".why.txt"
# What file systems allow a name, less the note's suffix.
_NAME_BYTES = 255 - len(NOTE_SUFFIX)


class Quarantine:
    """A local folder beside the inbox, laid out like it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, inbox: Inbox, batch: str, reason: str) -> Path:
        """Move a batch's file out of the inbox, so that it holds up nothing; return where it is now.

        Names that cannot be printed or are too long for the note's are spelled so that they can, each in its own way.
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
            f"{printable_name(batch)}\nquarantined {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n\n{reason}\n",
            encoding="utf-8",
            errors="backslashreplace",
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

    def reason(self, batch: str) -> str:
        """What the note says is wrong with a quarantined batch, without the rest of it; empty if it is not here."""
        _, _, reason = (self.why(batch) or "").partition("\n\n")
        return reason.strip()

    def batches(self) -> list[str]:
        """The batches that wait here."""
        notes = self.folder.rglob(f"*{NOTE_SUFFIX}") if self.folder.exists() else ()
        return sorted(note.relative_to(self.folder).as_posix().removesuffix(NOTE_SUFFIX) for note in notes)

    def _place(self, batch: str) -> Path:
        # The name may be what is wrong with the file; here it must hold up nothing.
        return self.folder.joinpath(*(_short(part) for part in printable_name(batch).split("/")))


def _short(name: str) -> str:
    """A name that leaves room for the note's; what is cut off stays told apart by a digest."""
    encoded = name.encode()
    if len(encoded) <= _NAME_BYTES:
        return name
    digest = hashlib.sha256(encoded).hexdigest()[:12]
    return f"{encoded[: _NAME_BYTES - len(digest) - 1].decode('utf-8', 'ignore')}~{digest}"
