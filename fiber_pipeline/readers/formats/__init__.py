"""From a file's bytes to sheets of numbered rows: workbooks, delimited and plain text, JSON, Parquet.

What the rows mean, and where among them tables lie, belongs to `tables`.
"""
