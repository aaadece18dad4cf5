"""From sheets to tables of answers: where tables lie, their headers, their rows accepted or rejected.

    layout, header, purpose     where a table is, what names its columns, whether it holds answers at all
    surplus_fields              rows with more fields than the header
    column_plan                 which column is read as what
    understood_table, rejection every row accepted or rejected
    table_columns, answers      columns in the form `raw_comments` has them

Which column plays which role belongs to `columns`, what a cell means to `values`.
"""
