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
FORECAST_METRICS = {"nps": "NPS", "volume": "Volumen de respuestas", "theme_share": "Peso del tema"}
# `none` is no engine: the original stands as it was written.
ENGINES = {"none": "original, sin traducir", "human": "personas"}
WRITERS = {"local": "las reglas del sistema", "openai": "OpenAI"}
# Why a service did not write what it is there to write, by what `fallback_reason` names between its colons.
FALLBACKS = {
    "over budget": "se llegó al límite de gasto",
    "refused": "el modelo no quiso responder",
    "rejected": "el servicio rechazó el pedido",
    "denied": "el servicio rechazó la clave o el modelo",
    "exhausted": "se agotó el crédito en el servicio",
    "no price": "el modelo no tiene un precio cargado",
    "unverified": "lo que escribió el modelo no pasó la comprobación",
}
NO_USE = "el servicio no dio una respuesta útil"
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
