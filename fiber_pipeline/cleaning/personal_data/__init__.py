"""Personal data: where they stand in a comment, of what kind they are, and the marks put in their place.

One kind a module, each a function from a `PlainView` to the places it finds; `redaction` asks them in the order that
settles whose a number is, and is the only way in for others. `identifiers` says the same of a whole cell. Here belongs
what tells personal data from other words; what else is tidied about a comment, and codes in place of customers, belong
to `cleaning`. The kinds and their marks are declared in `fiber_pipeline.text.marks`.

Words and rules that name things (`*.yaml`) are data: correct them there. Numbers are told by their check digits and
numbering plans wherever they have any (python-stdnum, phonenumbers), and by the words about them where not.
"""

from fiber_pipeline.cleaning.personal_data.identifiers import kind_of_identifier
from fiber_pipeline.cleaning.personal_data.redaction import Redaction, Span, find_pii, redact, redact_all

__all__ = ["Redaction", "Span", "find_pii", "kind_of_identifier", "redact", "redact_all"]
