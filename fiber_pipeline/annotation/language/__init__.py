"""Which language a comment is in: Spanish, Guaraní, the mix of both, or something else, and where in the text.

Here belong the vocabularies (`data/`), the analysis of Guaraní words, the tagger built on them and the engine around
it. What words mean for a reader of Spanish belongs to `translation`, which reads the same Guaraní dictionary.
"""

from fiber_pipeline.annotation.language.engine import LocalLanguageEngine
from fiber_pipeline.annotation.language.explanation import ExplainedToken, Explanation, explain
from fiber_pipeline.annotation.language.protocol import LanguageEngine

__all__ = ["ExplainedToken", "Explanation", "LanguageEngine", "LocalLanguageEngine", "explain"]
