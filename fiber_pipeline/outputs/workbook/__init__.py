"""The Excel workbook: one module a sheet, what sheets share, and the book that binds them.

`spreadsheet` lays tables out and keeps text from being anything but text; `native_charts` holds the charts that Excel
itself draws. A sheet gets what it shows; only `book` reads the warehouse.
"""

from fiber_pipeline.outputs.workbook.book import WorkbookSummary, write_workbook

__all__ = ["WorkbookSummary", "write_workbook"]
