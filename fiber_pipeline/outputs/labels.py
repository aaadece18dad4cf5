"""What the codes in the tables are called in Spanish, wherever people read them."""

from collections.abc import Mapping

SENTIMENTS = {"positive": "Positivo", "neutral": "Neutro", "negative": "Negativo", "mixed": "Mixto"}
SENTIMENT_PLURALS = {"positive": "Positivos", "neutral": "Neutros", "negative": "Negativos", "mixed": "Mixtos"}
NPS_GROUPS = {"promoter": "Promotor", "passive": "Pasivo", "detractor": "Detractor"}
URGENCIES = {"high": "Alta", "medium": "Media", "low": "Baja"}
EFFORTS = {"low": "Bajo", "medium": "Medio", "high": "Alto"}
LANGUAGES = {
    "es": "Español",
    "gn": "Guaraní",
    "mixed": "Jopara",
    "en": "Inglés",
    "pt": "Portugués",
    "other": "Otro",
    "und": "Indeterminado",
}
EMOTIONS = {
    "joy": "Alegría",
    "trust": "Confianza",
    "anticipation": "Expectativa",
    "surprise": "Sorpresa",
    "anger": "Enojo",
    "fear": "Temor",
    "sadness": "Tristeza",
    "disgust": "Rechazo",
    "frustration": "Frustración",
}
TRENDS = {"rising": "En alza", "falling": "En baja", "stable": "Estable", "unknown": "Sin datos suficientes"}
FORECAST_METRICS = {"nps": "NPS", "volume": "Volumen de comentarios", "theme_share": "Peso del tema"}
# `none` is no engine: the original stands as it was written.
ENGINES = {"none": "original, sin traducir"}
MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)


def label(labels: Mapping[str, str], code: str | None) -> str:
    """The Spanish name of a code; the code itself, readable, if it has none; empty for null."""
    if code is None:
        return ""
    return labels.get(code) or code.replace("_", " ").capitalize()
