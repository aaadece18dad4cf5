"""What people look at: the Excel workbook, the report as page and PDF, exports, and the charts of the Dagster UI.

Everything here reads the warehouse through a read-only connection and lays out what it finds, in Spanish. Figures are
measured in `insight`; nothing here measures. `report` and `workbook` lay out, `charts` draw; `figures`, `themes`,
`forecasts` and `calls` read what both show, `wording` and `labels` name it, `guide` explains it. Statements live in
`sql/`.
"""

from fiber_pipeline.outputs.exports import FORMATS, write_exports
from fiber_pipeline.outputs.report import ReportSummary, write_report
from fiber_pipeline.outputs.workbook import WorkbookSummary, write_workbook

__all__ = ["FORMATS", "ReportSummary", "WorkbookSummary", "write_exports", "write_report", "write_workbook"]
