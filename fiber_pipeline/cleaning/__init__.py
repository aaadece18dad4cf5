"""From rows as they stood in a file to comments: tidy, free of personal data, identified, told apart.

Here belongs whatever turns `raw_comments` into `comments` without knowing what a comment means: characters,
personal data, whether anything is said at all, identity, near duplicates. Reading files belongs to `readers`; language
and meaning belong to `annotation`. Everything after this package sees redacted text only.

Finding and replacing personal data is a folder of its own, `personal_data`. Word lists (`*.yaml`) are data: correct
them there, not in code.
"""

from fiber_pipeline.cleaning.clean import Looked, SecondLook, clean
from fiber_pipeline.cleaning.identity import Identities
from fiber_pipeline.cleaning.informativeness import is_informative
from fiber_pipeline.cleaning.normalisation import is_stretched, join_lines, normalise
from fiber_pipeline.cleaning.personal_data import Redaction, Span, find_pii, kind_of_identifier, redact, redact_all
from fiber_pipeline.cleaning.shown import shown

__all__ = [
    "Identities",
    "Looked",
    "Redaction",
    "SecondLook",
    "Span",
    "clean",
    "find_pii",
    "is_informative",
    "is_stretched",
    "join_lines",
    "kind_of_identifier",
    "normalise",
    "redact",
    "redact_all",
    "shown",
]
