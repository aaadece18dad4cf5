"""Files become rows: every form an export comes in, read into `raw_comments` and `rejected_rows`.

    reading         a file from its bytes to accepted and rejected rows, none lost; `description` puts that in words
    files           what a file is: containers, types, encodings, and what is refused
    formats         workbooks, delimited text, JSON, Parquet cut into numbered rows (`sheet`)
    tables          where tables lie, their headers, their rows accepted or rejected
    columns         which column plays which role
    values          what a cell means: dates, scores, ids, marks of nothing
    word_file       the YAML files of names, words and marks, read once
    mapping         what a person says about a file's columns; `mapping_file` writes it down

What a comment's text means, and its cleaning and redaction, belong to `cleaning` and `annotation`.
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
