"""What a cell means: dates and their zones, scores and their scales, customers' numbers, marks of nothing.

Words and marks stand in the YAML files. Whole columns belong to `columns` and `tables`.
"""
