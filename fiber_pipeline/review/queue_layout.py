"""How the review workbook is laid out: what writes it and what reads it back agree on this."""

from collections import Counter
from collections.abc import Mapping

from fiber_pipeline.annotation.themes import Theme
from fiber_pipeline.outputs import labels
from fiber_pipeline.text.folding import fold

SHEET = "Revisión"
REVIEWER = "Su nombre:"
TEXT = "Comentario"
SENTIMENT = "Sentimiento"
URGENCY = "Urgencia"
LANGUAGE = "Idioma"
THEME = "Tema"
DONE = "Revisado"
KEY = "Clave"
REASON = "Código del motivo"
BEFORE = "Antes"

YES = "Sí"
WITHDRAW = "Anular"
REASONS = {
    "disputed": "Los motores no coinciden",
    "contradicts_score": "Contradice la nota",
    "urgent": "Urgente",
    "low_confidence": "Poca certeza",
    "frequent": "Muy repetido",
    "emergent": "Tema nuevo",
    "random": "Al azar",
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    SENTIMENT: labels.SENTIMENTS,
    URGENCY: labels.URGENCIES,
    LANGUAGE: labels.LANGUAGES,
}


def theme_column(number: int) -> str:
    """The header of the place for a comment's theme of this number, from 1."""
    return f"{THEME} {number}"


def theme_names(themes: Mapping[str, Theme]) -> dict[str, str]:
    """What each theme is called in the lists, by slug; names that two themes share carry the slug."""
    shared = Counter(fold(theme.label_es) for theme in themes.values())
    return {
        slug: theme.label_es if shared[fold(theme.label_es)] == 1 else f"{theme.label_es} ({slug})"
        for slug, theme in themes.items()
    }


def by_name(names: Mapping[str, str]) -> dict[str, str]:
    """Codes by what people may write for them: name or code, in any case, with or without accents."""
    return {fold(written).strip(): code for code, name in names.items() for written in (code, name)}
