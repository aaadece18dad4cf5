"""What a file is: unpacking it safely, telling its type and encoding, refusing what is something else.

`foreign_types.yaml` holds the marks of files that are no tables of answers, what they are and what to export instead.
How a type is cut into rows belongs to `formats`.
"""
