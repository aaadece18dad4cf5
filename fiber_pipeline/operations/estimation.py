"""What a run over some comments would ask of paid services, and what that would take, by the run's own plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from fiber_pipeline.annotation.chains import Chains
from fiber_pipeline.annotation.engines import Engine, distinct_texts
from fiber_pipeline.annotation.remote_engine import RemoteEngine
from fiber_pipeline.annotation.translation.translated_comments import tell_languages
from fiber_pipeline.cleaning.second_net import SecondNet
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.openai.operations import FACTS_CHARACTERS
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.plan import Plan
from fiber_pipeline.services.service import Service


@dataclass(frozen=True)
class Asking:
    """An operation that a run would ask of a service.

    kinds: what it is asked for; one operation may serve several. plan: what it would take.
    """

    kinds: tuple[str, ...]
    provider: str
    operation: str
    model: str
    plan: Plan


def plan_second_net(net: SecondNet | None, texts: Sequence[str]) -> list[Asking]:
    """Plan what a second net for personal data, if there is one, would be asked about redacted texts.

    Raises UnknownPrice.
    """
    if net is None:
        return []
    operation = net.services[0].operation
    return [Asking(("personal data",), operation.provider, operation.name, operation.model, net.plan(texts))]


def plan_services(chains: Chains, comments: pd.DataFrame, corrections: pd.DataFrame | None = None) -> list[Asking]:
    """Plan what the first engine of each chain would be asked about `comments` (columns text, redacted, and text_key).

    corrections: what people said of texts (see `annotation.corrections`): their language decides about translation.
    Engines further down a chain are asked only where the first does not answer, which nobody knows beforehand; they
    are not in it. Texts count as they stand: what a translator would make of them is not known yet either. Raises
    UnknownPrice for what has no price.
    """
    distinct = distinct_texts(comments, ["text", "text_key"]).request
    if distinct.empty:
        return []
    told = tell_languages(distinct, chains.language, None, corrections).select(["language", "language_spans"])
    languages = told.to_pandas(types_mapper=pd.ArrowDtype)
    request = distinct[["text"]].assign(
        text_es=distinct["text"], language=languages["language"], language_spans=languages["language_spans"]
    )
    foreign = request[request["language"].isin(chains.translation[0].translates)].reset_index(drop=True)
    askings: dict[str, Asking] = {}
    for kind, engine, asked in _first_engines(chains, request, foreign):
        if not isinstance(engine, RemoteEngine):
            continue
        operation = engine.services[0].operation
        known = askings.get(operation.fingerprint)
        if known is not None:
            askings[operation.fingerprint] = Asking(
                (*known.kinds, kind), known.provider, known.operation, known.model, known.plan
            )
            continue
        plan = engine.enricher.plan(engine.services, engine.items(asked))
        askings[operation.fingerprint] = Asking((kind,), operation.provider, operation.name, operation.model, plan)
    return list(askings.values())


def plan_writing(enricher: Enricher, services: Sequence[Service]) -> Asking:
    """Plan what the executive summary and the recommendations would take at most.

    The facts to write about are not known before the run, nor whether they were written about before; they count as
    long as they may be. Raises UnknownPrice.
    """
    operation = services[0].operation
    plan = enricher.plan(services, [Item("x" * FACTS_CHARACTERS)])
    return Asking(("summary", "recommendations"), operation.provider, operation.name, operation.model, plan)


def _first_engines(
    chains: Chains, request: pd.DataFrame, foreign: pd.DataFrame
) -> Iterator[tuple[str, Engine, pd.DataFrame]]:
    yield "translation", chains.translation[0], foreign
    yield "sentiment", chains.sentiment[0], request
    yield "themes", chains.themes[0], request
