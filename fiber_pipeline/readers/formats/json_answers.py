"""Answers in JSON that stand beside their questions, or beside ids of questions that are elsewhere in the document."""

from collections.abc import Iterable, Mapping
from typing import Any

Titles = Mapping[str, str]
"""What questions are called, by the ids that answers name them by."""

ANSWER_KEYS = frozenset(
    {
        "answers", "answer", "respuestas", "responses", "fields",
        "field_data", "fielddatalist", "custom_fields", "customfields",
        "values", "questions", "preguntas", "pages",
    }
)  # fmt: skip
"""Keys under which records hold answers, each beside its question or that question's id."""

_DEPTH = 8
_ID_KEYS = ("questionId", "question_id", "questionid", "qid", "id", "ref", "key")
_TITLE_KEYS = ("title", "titulo", "question", "pregunta", "questionText", "question_text", "heading", "label")
_NAME_KEYS = ("name", "nombre", "field")
_VALUE_KEYS = (
    "answer", "respuesta", "value", "valor", "values", "textAnswers", "answers", "response", "text", "choice",
    "choices", "number", "email", "boolean", "date", "phone_number", "url",
)  # fmt: skip


def find_answers(key: str, value: Any, titles: Titles) -> list[tuple[bool, str, Any]] | None:
    """The answers under a key: whether the question is in words, the question, the answer. None if they are none."""
    entries: list[tuple[str, Any]]
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = [("", entry) for entry in value]
        if key == "pages":
            lists = [entry.get("questions") if isinstance(entry, dict) else None for entry in value]
            entries = [("", entry) for found in lists if isinstance(found, list) for entry in found]
    else:
        return None
    if not entries or not all(isinstance(entry, dict) for _, entry in entries):
        return None
    answers, has_values = [], False
    for place, entry in entries:
        question = _question(entry, place, titles)
        if question is None:
            return None
        held = next((name for name in _VALUE_KEYS if name in entry and name != question[2]), None)
        has_values = has_values or held is not None
        answers.append((question[0], question[1], entry[held] if held is not None else None))
    return answers if has_values else None


def _question(entry: Mapping[str, Any], place: str, titles: Titles) -> tuple[bool, str, str] | None:
    """Whether a question is named in words, its name, and the key that held it."""
    asked = entry.get("field") if isinstance(entry.get("field"), dict) else entry.get("question")
    sources = [entry, asked] if isinstance(asked, dict) else [entry]
    ids = [str(source[key]) for source in sources for key in _ID_KEYS if isinstance(source.get(key), str | int)]
    for found in [*ids, place]:
        if found in titles:
            return True, titles[found], ""
    # Where the answer has a key of its own, "text" is what was asked.
    named = (*_TITLE_KEYS, "text") if "answer" in entry else _TITLE_KEYS
    for source in reversed(sources):
        for key in named:
            if isinstance(source.get(key), str) and source[key].strip():
                return True, source[key], key
    for source in sources:
        for key in _NAME_KEYS:
            if isinstance(source.get(key), str):
                return False, source[key], key
    found = next(iter(ids), place)
    return (False, found, "") if found else None


def collect_titles(node: Any, records: Any, depth: int = 0) -> dict[str, str]:
    """Questions' titles by their ids, from all of a document but its records."""
    titles: dict[str, str] = {}
    if node is records or depth > _DEPTH:
        return titles
    if isinstance(node, list):
        for item in node[:2_000]:
            titles.update(collect_titles(item, records, depth + 1))
    elif isinstance(node, dict):
        title = next((node[key] for key in _TITLE_KEYS if isinstance(node.get(key), str) and node[key].strip()), None)
        for key, value in node.items():
            titles.update(collect_titles(value, records, depth + 1))
            if isinstance(value, dict) and isinstance(value.get("questionText"), str):
                titles[key] = value["questionText"]
        if title is not None:
            for found in _ids(node, 0):
                titles.setdefault(found, title)
    return titles


def _ids(node: Mapping[str, Any], depth: int) -> Iterable[str]:
    for key in _ID_KEYS:
        if isinstance(node.get(key), str | int):
            yield str(node[key])
    for key, value in node.items():
        if key.lower().startswith("question") and isinstance(value, dict) and depth < 3:
            yield from _ids(value, depth + 1)
