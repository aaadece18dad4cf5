"""Comments brought into Spanish: the protocol of translators, and the local one, a word-by-word gloss.

The gloss reads the Guaraní dictionary and word analysis of `language`; engines over services stand beside it, and
what speaks to the services is in `services`.
"""

from fiber_pipeline.annotation.translation.engine import GlossTranslationEngine
from fiber_pipeline.annotation.translation.gloss import gloss
from fiber_pipeline.annotation.translation.protocol import TranslationEngine

__all__ = ["GlossTranslationEngine", "TranslationEngine", "gloss"]
