"""The error a reader raises: this file cannot be read, and what an operator can do about it."""

from fiber_pipeline.problems import Problem


class UnreadableFile(Problem, ValueError):  # noqa: N818 - named after what happened, as users read it in the UI
    """A file that cannot be ingested.

    what: what is wrong, in plain English.
    where: the file, and the archive member, sheet or line inside it where that is known.
    mend: what would make it readable.
    """

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what}. {mend}.")
        self.what = what
        self.where = where
        self.mend = mend

    def __reduce__(self) -> tuple[type["UnreadableFile"], tuple[str, str, str]]:
        """Survive pickling between worker processes."""
        return type(self), (self.what, self.where, self.mend)


class ForeignFile(UnreadableFile):
    """A sound file of a form that holds no table of answers. In an archive, it is left out beside those that do."""
