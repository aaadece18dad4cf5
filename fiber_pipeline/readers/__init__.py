"""Files become rows: every form an export comes in, read into `raw_comments` and `rejected_rows`.

Formats, encodings, headers, the recognition of columns and the standardisation of values belong here, and what
guards against hostile files. What a comment's text means, and its cleaning and redaction, do not.
"""

from fiber_pipeline.readers.description import describe_reading, describe_table
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.mapping import ColumnMapping, MappingError, Mappings, load_mapping
from fiber_pipeline.readers.mapping_file import write_mapping_file
from fiber_pipeline.readers.reading import LeftOut, Reading, ReadingSummary, RowsLost, TableSummary, read_file
from fiber_pipeline.readers.unreadable import UnreadableFile

__all__ = [
    "ColumnMapping",
    "LeftOut",
    "Limits",
    "MappingError",
    "Mappings",
    "Reading",
    "ReadingSummary",
    "RowsLost",
    "TableSummary",
    "UnreadableFile",
    "describe_reading",
    "describe_table",
    "load_mapping",
    "read_file",
    "write_mapping_file",
]
