"""What a comment's characters are: folding, tokens, clauses, redaction's marks.

What they mean belongs to `annotation`.
"""

from fiber_pipeline.text.clauses import split_clauses
from fiber_pipeline.text.folding import fold, unstretch
from fiber_pipeline.text.marks import MARK, MARKS, PII_TYPES
from fiber_pipeline.text.tokens import Token, tokenize

__all__ = ["MARK", "MARKS", "PII_TYPES", "Token", "fold", "split_clauses", "tokenize", "unstretch"]
