"""Translation of texts as a `Service`."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from fiber_pipeline.services.google.connection import Connection, connect
from fiber_pipeline.services.google.failures import SDK_ERRORS, failure_of
from fiber_pipeline.services.google.marks import with_marks_of
from fiber_pipeline.services.google.project import MODEL, GoogleProject
from fiber_pipeline.services.google.wording import PLAIN, Translated, Wording
from fiber_pipeline.services.operation import Item, Operation
from fiber_pipeline.services.service import Limits, Reply, Unread, Usage

SPANISH, ENGLISH, GUARANI = "es", "en", "gn"
# "Quotas and limits" of Cloud Translation (cloud.google.com/translate/quotas): 30,720 code points and 1,024 texts in a
# request, 6,000,000 characters and 6,000 requests a minute in a project. It is made for short requests and recommends
# 5,000 characters; twice that keeps requests few and what one failure takes along small.
_LIMITS = Limits(
    items=1_024,
    item_characters=10_000,
    request_characters=10_000,
    requests_per_minute=6_000,
    tokens_per_minute=6_000_000,
)


class GoogleService:
    """Translation into one language in one project.

    An item's language is what it is translated from; without one the service finds out itself. The glossary is used
    for Guaraní alone: a glossary is of certain languages, and the service takes no request with it in any other.
    An answer is kept as {"text", "model"}.
    """

    def __init__(self, project: GoogleProject, target: str) -> None:
        self._project = project
        self._target = target
        self._glossary = project.glossary if target == SPANISH else None
        parameters = {"api": "v3", "target": target, "mime_type": PLAIN, "glossary": self._glossary}
        self.operation = Operation("google", "translate", MODEL, parameters=parameters)
        self._opening: asyncio.Task[Connection] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def endpoint(self) -> str:
        """The host."""
        return self._project.host

    @property
    def quota(self) -> str:
        """A project has one quota, whatever it translates into."""
        return f"google {self._project.project}"

    @property
    def limits(self) -> Limits:
        """Of a project as it comes."""
        return _LIMITS

    def measure(self, items: Sequence[Item]) -> Usage:
        """Code points sent; all of them are charged, whatever comes back."""
        return Usage(characters=sum(len(item.text) for item in items))

    async def send(self, items: Sequence[Item], timeout: float) -> Unread:
        """Ask once; `items` share one language. Raises ServiceFailure."""
        languages = {item.language for item in items}
        if len(languages) > 1:
            raise ValueError("a request is told one language for all its texts")
        language = languages.pop()
        glossary = self._glossary if language == GUARANI else None
        wording = Wording([item.text for item in items], language, self._target, glossary)
        try:
            connection = await self._connected()
            translations = await connection.translate(wording, timeout)
        except SDK_ERRORS as error:
            # Without its cause, whose message can quote the service.
            raise failure_of(error) from None
        return partial(self._sorted, translations, items)

    async def aclose(self) -> None:
        """Close connections."""
        opening, self._opening = self._opening, None
        if opening is not None and self._loop is asyncio.get_running_loop():
            await (await opening).close()

    async def _connected(self) -> Connection:
        """The connection of this event loop; the first request opens it, the others wait for it."""
        loop = asyncio.get_running_loop()
        if self._opening is None or self._loop is not loop:
            self._opening, self._loop = loop.create_task(connect(self._project)), loop
        try:
            return await asyncio.shield(self._opening)
        except SDK_ERRORS:
            self._opening = None
            raise

    def _sorted(self, told: Sequence[Translated], items: Sequence[Item]) -> Reply:
        if len(told) != len(items):
            # Answers come in the order of the texts and have no ids, so that none can be told from another.
            problem = f"{len(told)} translations for {len(items)} texts"
            return Reply({}, flawed=dict.fromkeys(range(len(items)), problem), usage=self.measure(items))
        answers: dict[int, Any] = {}
        flawed: dict[int, str] = {}
        for place, (item, translation) in enumerate(zip(items, told, strict=True)):
            text = with_marks_of(item.text, translation.text)
            if text is None:
                flawed[place] = "a redaction mark was lost or changed"
            elif not text.strip() and item.text.strip():
                flawed[place] = "an empty translation"
            else:
                answers[place] = {"text": text, "model": _model(translation.model)}
        return Reply(answers, flawed=flawed, usage=self.measure(items))


def translation_service(project: GoogleProject, target: str = SPANISH) -> GoogleService:
    """Translation into `target`, an ISO 639-1 code; with the project's glossary on the way to Spanish."""
    return GoogleService(project, target)


def _model(name: str) -> str:
    """The model that answered, without the project in its name."""
    return name.partition("/models/")[2] or MODEL
