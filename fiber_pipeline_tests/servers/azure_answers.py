"""What the Azure test server makes of a text: simple rules, the same for the same text, in the service's own form."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_PRAISING = "excelente bueno buena bien rápido rápida amable genial contento great fast"
_BLAMING = "malo mala pésimo pésima lento lenta caro cara horrible grosero mal bad slow"
_NOUNS = "servicio internet técnico técnicos atención precio señal wifi velocidad factura app perro service"
_PRAISE, _BLAME, _TARGETS = (frozenset(words.split()) for words in (_PRAISING, _BLAMING, _NOUNS))
_SENTENCE = re.compile(r"[^.!?]+[.!?]*|[.!?]+")
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH, _PORTUGUESE, _GUARANI = {"the", "is", "service"}, {"não", "muito", "serviço"}, {"ndaipóri", "iporã", "che"}
_PERSONAL = (
    ("Email", 0.8, re.compile(r"[\w.]+@[\w.]+\w")),
    ("PhoneNumber", 0.8, re.compile(r"\b0\d{3} ?\d{3} ?\d{3}\b")),
    ("Person", 0.95, re.compile(r"\b(?:Ramona|Arnaldo|Ysapy)\b(?: [A-ZÁÉÍÓÚ]\w+)?")),
    # What a detector takes for a person now and then, and is not sure of.
    ("Person", 0.4, re.compile(r"\bPersonal\b")),
    ("PersonType", 0.9, re.compile(r"\btécnico\b")),
)


class Units:
    """Offsets in `text` in the unit a request asks for (`stringIndexType`)."""

    def __init__(self, text: str, kind: str) -> None:
        self._text = text
        # Text elements are no more than an approximation here: a letter with its marks and joined emojis count once.
        weights: Mapping[str, Callable[[str], int]] = {
            "UnicodeCodePoint": lambda character: 1,
            "Utf16CodeUnit": lambda character: 1 + (ord(character) > 0xFFFF),
            "TextElements_v8": lambda character: int(not re.match("[\u0300-\u036f\u200d\ufe0f]", character)),
        }
        self._weight = weights[kind]

    def place(self, start: int, end: int) -> dict[str, Any]:
        """Offset, length and words of a stretch."""
        return {
            "offset": sum(map(self._weight, self._text[:start])),
            "length": sum(map(self._weight, self._text[start:end])),
            "text": self._text[start:end],
        }


def _scores(label: str) -> dict[str, float]:
    shares = {"positive": (0.9, 0.08, 0.02), "negative": (0.02, 0.06, 0.92), "neutral": (0.1, 0.8, 0.1)}[label]
    return dict(zip(("positive", "neutral", "negative"), shares, strict=True))


@dataclass
class _Weighed:
    """A word of praise or blame, and the target before it in its sentence, else the one after."""

    start: int
    end: int
    sentiment: str
    is_negated: bool
    target: re.Match[str] | None


def _weighed(text: str, first: int, last: int) -> Iterator[_Weighed]:
    words = list(_WORD.finditer(text, first, last))
    targets = [word for word in words if word.group().lower() in _TARGETS]
    for place, word in enumerate(words):
        surface = word.group().lower()
        if surface not in _PRAISE | _BLAME:
            continue
        is_negated = place > 0 and words[place - 1].group().lower() in ("no", "nada")
        praises = (surface in _PRAISE) != is_negated
        before = [target for target in targets if target.start() < word.start()]
        target = before[-1] if before else targets[0] if targets else None
        yield _Weighed(word.start(), word.end(), "positive" if praises else "negative", is_negated, target)


def sentiment(text: str, units: Units, document: int) -> dict[str, Any]:
    """A document of `SentimentAnalysisResults` with opinion mining; `document` is its place in the answer."""
    sentences = []
    for number, match in enumerate(_SENTENCE.finditer(text)):
        weighed = list(_weighed(text, *match.span()))
        told = {word.sentiment for word in weighed}
        # A sentence is never mixed: the last word has it.
        label = weighed[-1].sentiment if len(told) else "neutral"
        targets: dict[int, dict[str, Any]] = {}
        for place, word in enumerate(weighed):
            if word.target is None:
                continue
            target = targets.setdefault(
                word.target.start(),
                {
                    "sentiment": word.sentiment,
                    "confidenceScores": {"positive": 0.0, "negative": 0.0, word.sentiment: 0.99},
                    **units.place(*word.target.span()),
                    "relations": [],
                },
            )
            if target["sentiment"] != word.sentiment:
                target["sentiment"] = "mixed"
            reference = f"#/documents/{document}/sentences/{number}/assessments/{place}"
            target["relations"].append({"relationType": "assessment", "ref": reference})
        sentences.append(
            {
                "sentiment": label,
                "confidenceScores": _scores(label),
                **units.place(*match.span()),
                "targets": list(targets.values()),
                "assessments": [
                    {
                        "sentiment": word.sentiment,
                        "confidenceScores": {"positive": 0.0, "negative": 0.0, word.sentiment: 0.98},
                        **units.place(word.start, word.end),
                        "isNegated": word.is_negated,
                    }
                    for word in weighed
                ],
            }
        )
    labels = {sentence["sentiment"] for sentence in sentences} - {"neutral"}
    label = "mixed" if len(labels) == 2 else labels.pop() if labels else "neutral"
    scores = {
        name: round(sum(sentence["confidenceScores"][name] for sentence in sentences) / len(sentences), 4)
        for name in ("positive", "neutral", "negative")
    }
    return {"sentiment": label, "confidenceScores": scores, "sentences": sentences}


def language(text: str) -> dict[str, Any]:
    """A document of `LanguageDetectionResults`."""
    words = {word.lower() for word in _WORD.findall(text)}
    known: Sequence[tuple[str, str, set[str]]] = (
        ("English", "en", _ENGLISH),
        ("Portuguese", "pt", _PORTUGUESE),
        ("Guarani", "gn", _GUARANI),
    )
    found = [(name, code, 0.9) for name, code, marks in known if words & marks]
    name, code, score = (found or [("Spanish", "es", 0.99)])[0] if words else ("(Unknown)", "(Unknown)", 0.0)
    return {"detectedLanguage": {"name": name, "iso6391Name": code, "confidenceScore": score}}


def personal_data(text: str, units: Units, categories: Sequence[str]) -> dict[str, Any]:
    """A document of `PiiEntityRecognitionResults`."""
    entities = []
    hidden = list(text)
    for category, score, pattern in _PERSONAL:
        for match in pattern.finditer(text) if category in categories else ():
            entities.append({"category": category, "confidenceScore": score, **units.place(*match.span())})
            hidden[match.start() : match.end()] = "*" * (match.end() - match.start())
    ordered = sorted(entities, key=lambda entity: entity["offset"])
    assert all(one["offset"] + one["length"] <= other["offset"] for one, other in pairwise(ordered))
    return {"redactedText": "".join(hidden), "entities": ordered}
