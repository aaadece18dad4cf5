"""What the Google test servers make of a request: the checks of the service, and a word-for-word translation."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from google.cloud.translate_v3.types import (
    GetGlossaryRequest,
    GetSupportedLanguagesRequest,
    Glossary,
    SupportedLanguage,
    SupportedLanguages,
    TranslateTextRequest,
    TranslateTextResponse,
    Translation,
)

from fiber_pipeline_tests.servers.faults import Fault

# Faults of an answer, beside those of the wire.
MISSING, EMPTY, LOST_MARK, TRANSLATED_MARK, RESPELT_MARK = "missing", "empty", "lost_mark", "translated", "respelt"

_MOST_TEXTS, _MOST_CHARACTERS = 1_024, 30_720
_LANGUAGES = frozenset({"", "gn", "es", "en", "pt"})
_GUARANI = {"ndaipóri": "no hay", "mbegue": "lento", "iporã": "es lindo", "che": "mi", "porã": "lindo", "ha": "y"}
_ENGLISH = {"ndaipóri": "there is no", "mbegue": "slow", "iporã": "is nice", "che": "my", "lento": "slow"}
_WORDS = {"es": _GUARANI, "en": _ENGLISH}
_MARK = re.compile(r"\[[A-Z_]+\]")
_WORD = re.compile(r"[^\W\d_][\w'’]*(?![\w\]])")
_PARENT = re.compile(r"projects/([^/]+)/locations/([^/]+)")


class Problem(Exception):  # noqa: N818 - an answer of the service
    """A request the service will not take; `status` is HTTP's, `name` gRPC's."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status, self.name, self.message = status, name, message


@dataclass
class Translator:
    """projects: which exist; None for all. known: languages, by code.

    glossaries: words by the glossary's name, of Guaraní into Spanish.
    """

    projects: Collection[str] | None = None
    glossaries: dict[str, dict[str, str]] = field(default_factory=dict)
    known: frozenset[str] = _LANGUAGES

    def answer(self, request: TranslateTextRequest, fault: Fault | None = None) -> TranslateTextResponse:
        """The answer to a request. Raises Problem."""
        location = self._check(request)
        model = f"projects/123/locations/{location}/models/general/nmt"
        if not request.model.endswith("/models/general/nmt"):
            raise Problem(400, "INVALID_ARGUMENT", "Invalid model.")
        kind = fault.kind if fault else None
        response = TranslateTextResponse(
            translations=[self._translation(text, request, {}, model, kind) for text in request.contents]
        )
        if request.glossary_config.glossary:
            words = self.glossaries[request.glossary_config.glossary]
            response.glossary_translations = [
                self._translation(text, request, words, model, kind) for text in request.contents
            ]
        if kind == MISSING:
            response.translations = response.translations[:-1]
        return response

    def languages(self, request: GetSupportedLanguagesRequest) -> SupportedLanguages:
        """The answer to the question for languages. Raises Problem."""
        self._location(request.parent)
        return SupportedLanguages(
            languages=[
                SupportedLanguage(language_code=code, support_source=True, support_target=True)
                for code in sorted(self.known - {""})
            ]
        )

    def glossary(self, request: GetGlossaryRequest) -> Glossary:
        """The answer to the question for a glossary. Raises Problem."""
        self._location(request.name.partition("/glossaries/")[0])
        if request.name not in self.glossaries:
            raise Problem(404, "NOT_FOUND", "Glossary not found.")
        pair = Glossary.LanguageCodePair(source_language_code="gn", target_language_code="es")
        return Glossary(name=request.name, language_pair=pair)

    def _location(self, name: str) -> str:
        parent = _PARENT.fullmatch(name)
        if parent is None:
            raise Problem(400, "INVALID_ARGUMENT", "Invalid resource name.")
        if self.projects is not None and parent[1] not in self.projects:
            raise Problem(403, "PERMISSION_DENIED", "Cloud Translation API has not been used in this project.")
        return parent[2]

    def _check(self, request: TranslateTextRequest) -> str:
        location = self._location(request.parent)
        if not request.contents:
            raise Problem(400, "INVALID_ARGUMENT", "Contents is required.")
        if len(request.contents) > _MOST_TEXTS:
            raise Problem(400, "INVALID_ARGUMENT", "Too many text segments.")
        if sum(map(len, request.contents)) > _MOST_CHARACTERS:
            raise Problem(400, "INVALID_ARGUMENT", "Text is too long.")
        if request.mime_type not in ("", "text/html", "text/plain"):
            raise Problem(400, "INVALID_ARGUMENT", "Invalid MIME type.")
        if request.target_language_code not in _WORDS or request.source_language_code not in self.known:
            raise Problem(400, "INVALID_ARGUMENT", "Bad language pair.")
        name = request.glossary_config.glossary
        if name:
            if location == "global" or f"/locations/{location}/" not in name:
                raise Problem(400, "INVALID_ARGUMENT", "The location must be that of the glossary.")
            if name not in self.glossaries:
                raise Problem(404, "NOT_FOUND", "Glossary not found.")
            if (request.source_language_code, request.target_language_code) != ("gn", "es"):
                raise Problem(400, "INVALID_ARGUMENT", "The glossary is not for this language pair.")
        return location

    def _translation(
        self, text: str, request: TranslateTextRequest, glossary: dict[str, str], model: str, fault: str | None
    ) -> Translation:
        words = {**_WORDS[request.target_language_code], **glossary}
        if request.mime_type != "text/plain":
            # The default is HTML: entities and line breaks do not come back as they went.
            text = text.replace("'", "&#39;")
        said = _WORD.sub(lambda found: words.get(found[0].lower(), found[0]), text)
        detected = "" if request.source_language_code else "gn" if said != text else "es"
        return Translation(translated_text=_spoilt(said, fault), model=model, detected_language_code=detected)


def _spoilt(text: str, fault: str | None) -> str:
    if fault == EMPTY:
        return ""
    if fault == LOST_MARK:
        return _MARK.sub("", text)
    if fault == TRANSLATED_MARK:
        return _MARK.sub("[PHONE NUMBER]", text)
    if fault == RESPELT_MARK:
        return text.replace("[TELEFONO]", "[ Teléfono ]")
    return text


def spoken(request: TranslateTextRequest) -> list[str]:
    """Everything of a request that could hold what customers wrote."""
    return [request.parent, request.glossary_config.glossary, *request.contents, *request.labels.values()]
