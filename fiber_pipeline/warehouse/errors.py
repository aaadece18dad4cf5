"""What can be wrong with a warehouse. Every message says what to do about it, and none holds the key."""

from fiber_pipeline.problems import Problem


class WarehouseError(Problem, RuntimeError):
    """The warehouse cannot do what was asked."""


class UnsupportedLocation(WarehouseError, ValueError):  # noqa: N818 - named after what happened
    """FIBER_WAREHOUSE names something that is no DuckDB file."""


class KeyMismatch(WarehouseError):  # noqa: N818
    """The key and the file do not belong together."""


class SchemaMismatch(WarehouseError):  # noqa: N818
    """A stored table differs from its declaration in a way that cannot be mended without a decision."""


class WarehouseBusy(WarehouseError, TimeoutError):  # noqa: N818
    """Somebody held the file for longer than the timeout."""

    may_pass = True


class Overtaken(WarehouseError):  # noqa: N818
    """The batch has moved on since a step read it, so that what the step made of it may not be written."""

    # Done again, the step reads what the other has written.
    may_pass = True
