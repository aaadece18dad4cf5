"""What the model of the OpenAI test server says: a plain function of each text, so that answers can be compared.

It is no good at its work and need not be: a few words decide. Whatever else is in a request does not, so that the same
text gets the same answer alone, among others, at another endpoint and in a batch.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

_GOOD = ("excelente", "bien", "bueno", "rápido", "iporã", "genial")
_BAD = ("corta", "lento", "caro", "mal", "pésimo", "vai", "mbegue", "demora")
_THEMES = {
    "speed": ("lento", "rápido", "megas", "mbegue"),
    "outages": ("corta", "cortes"),
    "price": ("caro", "precio"),
    "technical_support": ("técnico",),
    "customer_service": ("atención", "llamen"),
}
_MOODS = {1: ("positive", 0.8, "joy"), -1: ("negative", -0.8, "frustration"), 0: ("neutral", 0.0, None)}

Responder = Callable[[Sequence[Mapping[str, str]], Mapping[str, Any]], Any]


def annotate(items: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> Any:
    """Sentiment, emotions, urgency and themes of each text."""
    return {"answers": [{"id": item["id"], **annotation(item["text"])} for item in items]}


@lru_cache(maxsize=4096)
def annotation(text: str) -> dict[str, Any]:
    """What is said of one text."""
    words = _Words(text)
    good, bad = words.with_one_of(_GOOD), words.with_one_of(_BAD)
    mood = (len(good) > len(bad)) - (len(good) < len(bad))
    sentiment, score, emotion = _MOODS[mood]
    if good and bad:
        sentiment, score = "mixed", 0.0
    shown = good + bad
    return {
        "sentiment": sentiment,
        "score": score,
        "intensity": "moderate" if shown else "mild",
        "confidence": 0.9 if shown else 0.6,
        "evidence": shown[:3],
        "emotions": [{"emotion": emotion, "strength": 0.7, "evidence": shown[:1]}] if emotion else [],
        "urgency": "high" if "llamen" in text else "low",
        "urgency_evidence": ["llamen"] if "llamen" in text else [],
        "themes": [
            {"theme": theme, "relevance": 0.9, "sentiment": sentiment, "score": score, "evidence": found[:2]}
            for theme, signs in _THEMES.items()
            if (found := words.with_one_of(signs))
        ],
    }


def translate(items: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> Any:
    """Every text, marked as translated, in the languages the schema has a place for."""
    places = schema["properties"]["answers"]["items"]["properties"]
    languages = [place for place in places if place != "id"]
    return {
        "answers": [
            {"id": item["id"], **{place: f"{place[-2:]}: {item['text']}" for place in languages}} for item in items
        ]
    }


def summarise(items: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> Any:
    """The findings as they are, and the actions under another title."""
    answers = []
    for item in items:
        facts = json.loads(item["text"])
        actions = [
            {"rank": action["rank"], "title": f"Primero: {action['title']}", "steps": "Revisar caso por caso."}
            for action in facts["actions"]
        ]
        answers.append({"id": item["id"], "statements": facts["findings"][:8], "actions": actions})
    return {"answers": answers}


class _Words:
    """The words of a text, looked through once for each list of signs."""

    def __init__(self, text: str) -> None:
        self._lowered = text.lower()
        self._words = text.split()

    def with_one_of(self, signs: Sequence[str]) -> list[str]:
        """Those that hold one of the signs, without punctuation around them."""
        there = [sign for sign in signs if sign in self._lowered]
        if not there:
            return []
        return [word.strip(".,;:!?¡¿") for word in self._words if any(sign in word.lower() for sign in there)]


RESPONDERS: Mapping[str, Responder] = {"annotate": annotate, "translate": translate, "summarise": summarise}
