"""A server that speaks Azure AI Language's protocol: sentiment with opinion mining, language detection, personal data.

It holds requests to the service's limits and complains in the service's words; documents fail one by one, as they do
there. Answers are those of `azure_answers`. Its address for clients is `base_url`.
"""

import sys
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from fiber_pipeline_tests.servers import azure_answers
from fiber_pipeline_tests.servers.azure_answers import Units
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.wire import BODY, EXCHANGE, FAULT, WireServer, serve_forever

# Faults of an answer, beside those of the wire; DOCUMENT_ERROR befalls the documents that hold `containing`.
MISSING, REPEATED, FOREIGN, GARBLED, SHIFTED = "missing", "repeated", "foreign", "garbled", "shifted"
DOCUMENT_ERROR = "document_error"

_MOST_CHARACTERS = 5_120
_MOST_BYTES = 1_000_000
_LANGUAGES = frozenset({"es", "en", "pt", "pt-br", "fr", "it", "de"})


@dataclass(frozen=True)
class _Kind:
    results: str
    most: int
    reads_language: bool


_KINDS = {
    "SentimentAnalysis": _Kind("SentimentAnalysisResults", 10, True),
    "LanguageDetection": _Kind("LanguageDetectionResults", 1_000, False),
    "PiiEntityRecognition": _Kind("PiiEntityRecognitionResults", 5, True),
}


class Problem(Exception):  # noqa: N818 - an answer of the service
    """A request the service will not take."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class AzureServer(WireServer):
    """Azure AI Language on loopback.

    keys: which are known; None for all. model_version: what `latest` is.
    """

    def __init__(self, *, keys: Collection[str] | None = None, model_version: str = "2025-01-01", **wire: Any) -> None:
        super().__init__(**wire)
        self.keys = keys
        self.model_version = model_version

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.post("/language/:analyze-text", self._analyze)]

    def problem(self, status: int, code: str | None, message: str, retry_after: float | None) -> web.Response:
        error: dict[str, Any] = {"code": code or str(status), "message": message}
        if status == 400 and code is not None:
            error = {"code": "InvalidRequest", "message": "Invalid request.", "innererror": error}
        if status == 429:
            error["message"] = "Requests to the Language API have exceeded the rate limit of your pricing tier."
        headers = {"apim-request-id": str(uuid.uuid4())}
        if retry_after is not None:
            headers["Retry-After"] = str(max(1, round(retry_after)))
        return web.json_response({"error": error}, status=status, headers=headers)

    async def _analyze(self, request: web.Request) -> web.Response:
        try:
            self._check_key(request)
            if request.query.get("api-version") != "2023-04-01":
                raise Problem(400, "InvalidApiVersion", "The api-version is missing or not known.")
            body = request[BODY]
            documents = _documents(request, body)
            request[EXCHANGE].items = len(documents)
            results = self._results(body, documents, request.get(FAULT))
        except Problem as problem:
            return self.problem(problem.status, problem.code, problem.message, None)
        if request.query.get("showStats") != "true":
            del results["statistics"]
        answer = {"kind": _KINDS[body["kind"]].results, "results": results}
        return web.json_response(answer, headers={"apim-request-id": str(uuid.uuid4()), "x-ms-region": "Brazil South"})

    def _check_key(self, request: web.Request) -> None:
        key = request.headers.get("Ocp-Apim-Subscription-Key")
        if not key or (self.keys is not None and key not in self.keys):
            message = "Access denied due to invalid subscription key or wrong API endpoint."
            raise Problem(401, "401", message)

    def _results(self, body: Any, documents: Sequence[Mapping[str, str]], fault: Fault | None) -> dict[str, Any]:
        answers: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        records = 0
        for document in documents:
            text = document["text"]
            code = _document_error(document, _KINDS[body["kind"]], fault)
            if code is not None:
                inner = {"code": code, "message": "The document cannot be processed."}
                error = {"code": "InvalidArgument", "message": "Invalid document in request.", "innererror": inner}
                errors.append({"id": document["id"], "error": error})
                continue
            own = max(1, -(-len(text) // 1000))
            records += own
            answers.append(
                {
                    "id": document["id"],
                    "statistics": {"charactersCount": len(text), "transactionsCount": own},
                    "warnings": _warnings(text),
                    **_answer(body, text, len(answers)),
                }
            )
        return {
            "documents": _spoilt(answers, fault.kind if fault else None),
            "errors": errors,
            "modelVersion": self.model_version,
            "statistics": {
                "documentsCount": len(documents),
                "validDocumentsCount": len(answers),
                "erroneousDocumentsCount": len(errors),
                "transactionsCount": records,
            },
        }


def _documents(request: web.Request, body: Any) -> Sequence[Mapping[str, str]]:
    if not isinstance(body, dict) or body.get("kind") not in _KINDS:
        raise Problem(400, "InvalidRequestContent", "The kind is missing or not known.")
    documents = body.get("analysisInput", {}).get("documents")
    if not documents:
        raise Problem(400, "MissingInputDocuments", "Missing input documents.")
    if (request.content_length or 0) > _MOST_BYTES:
        raise Problem(413, "RequestTooLarge", "The request is larger than 1 MB.")
    most = _KINDS[body["kind"]].most
    if len(documents) > most:
        raise Problem(
            400, "InvalidDocumentBatch", f"Batch request contains too many records. Max {most} are permitted."
        )
    ids = [document.get("id") for document in documents]
    if not all(ids) or len(set(ids)) < len(ids):
        raise Problem(400, "InvalidDocument", "Document ids must be there and unique.")
    return list(documents)


def _document_error(document: Mapping[str, str], kind: _Kind, fault: Fault | None) -> str | None:
    text = document["text"]
    if fault is not None and fault.kind == DOCUMENT_ERROR and (fault.containing or "") in text:
        return fault.code or "InternalServerError"
    if not text.strip() or len(text) > _MOST_CHARACTERS:
        return "InvalidDocument"
    if kind.reads_language and document.get("language", "en").lower() not in _LANGUAGES:
        return "UnsupportedLanguageCode"
    return None


def _warnings(text: str) -> list[dict[str, str]]:
    if max(map(len, text.split())) <= 64:
        return []
    return [{"code": "LongWordsInDocument", "message": "The document contains very long words."}]


def _answer(body: Mapping[str, Any], text: str, place: int) -> dict[str, Any]:
    parameters = body.get("parameters") or {}
    if body["kind"] == "LanguageDetection":
        return azure_answers.language(text)
    units = Units(text, parameters.get("stringIndexType", "TextElements_v8"))
    if body["kind"] == "PiiEntityRecognition":
        return azure_answers.personal_data(text, units, parameters.get("piiCategories", []))
    answer = azure_answers.sentiment(text, units, place)
    if not parameters.get("opinionMining"):
        for sentence in answer["sentences"]:
            del sentence["targets"], sentence["assessments"]
    return answer


def _spoilt(answers: list[dict[str, Any]], kind: str | None) -> list[dict[str, Any]]:
    if kind == MISSING:
        return answers[:-1]
    if kind == REPEATED:
        return [*answers, answers[0]]
    if kind == FOREIGN:
        return [*answers[:-1], {**answers[-1], "id": "999"}]
    if kind == GARBLED:
        return [{"id": answers[0]["id"], "warnings": []}, *answers[1:]]
    if kind == SHIFTED:
        for sentence in answers[0]["sentences"]:
            sentence["offset"] += 1
    return answers


def main(arguments: Sequence[str]) -> None:
    """Run it as a process."""
    serve_forever(AzureServer, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
