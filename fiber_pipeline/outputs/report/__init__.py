"""The report: a model of what it says, and its two forms, an HTML page and a PDF.

`model` reads, `text` and `drawings` put what is read into words and charts; `page` and `pdf` lay the model out with
their `templates/`, each escaping it in its own way. Neither adds a figure that the other lacks; the PDF leaves out
what is for clicking.
"""

from fiber_pipeline.outputs.report.writing import ReportSummary, write_report

__all__ = ["ReportSummary", "write_report"]
