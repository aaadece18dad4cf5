"""A second net for personal data behind our own redaction: a service that looks at the texts once more.

It is sent what `redact` left and nothing else, and what it finds is replaced by the same marks. An option for those who
may not rely on one detector; off unless asked for, since every text is paid for.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fiber_pipeline.cleaning.clean import SecondLook
from fiber_pipeline.cleaning.redaction import MARKS, PII_TYPES, Redaction, redact_all
from fiber_pipeline.services.azure.personal_data import PersonalSpan, PersonalSpans
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Service

_log = logging.getLogger(__name__)

# The service is at 0.8 or more about what has a form, such as numbers and addresses, and about most names.
SURE_ENOUGH = 0.75
_KINDS = {
    "Person": "nombre",
    "PhoneNumber": "telefono",
    "Email": "email",
    "Address": "direccion",
    "CreditCardNumber": "tarjeta",
    "InternationalBankingAccountNumber": "cuenta",
    "SWIFTCode": "cuenta",
    "ARNationalIdentityNumber": "cedula",
    "BRCPFNumber": "cedula",
    "BRNationalIDRG": "cedula",
    "BRLegalEntityNumber": "ruc",
    "ESDNI": "cedula",
}
_MARK = re.compile("|".join(re.escape(mark) for mark in MARKS.values()))


@dataclass(frozen=True)
class SecondNet:
    """What came of it.

    redactions: one a text, in their order; `types` are the kinds found here, which earlier passes may not have.
    unchecked: reason by place, for texts the service did not look at; they stay as they were.
    """

    redactions: Sequence[Redaction]
    unchecked: Mapping[int, str]


def second_net(texts: Sequence[str], enricher: Enricher, services: Sequence[Service]) -> SecondNet:
    """Redact further what a service finds in texts that were redacted before.

    texts: as `redact` left them; they go through it once more, so that nothing unredacted is sent whoever asks.
    services: of `services.azure.personal_data_service`.
    """
    redactions = redact_all(texts)
    told = [place for place, first in enumerate(redactions) if _MARK.sub("", first.text).strip()]
    enriched = enricher.enrich(services, [Item(redactions[place].text) for place in told])
    for place, answer in enriched.answers.items():
        first = redactions[told[place]]
        more = _replaced(first.text, PersonalSpans.model_validate(answer).spans)
        redactions[told[place]] = Redaction(
            more.text, tuple(kind for kind in PII_TYPES if kind in (*first.types, *more.types))
        )
    return SecondNet(redactions, {told[place]: reason for place, reason in enriched.unanswered.items()})


def second_look(enricher: Enricher, services: Sequence[Service]) -> SecondLook:
    """The second net as `clean` takes it.

    A text the service did not look at goes on as our own redaction left it; how many there are, and why, is logged.
    """

    def look_again(texts: Sequence[str]) -> Sequence[Redaction]:
        looked = second_net(texts, enricher, services)
        if looked.unchecked:
            why = next(iter(looked.unchecked.values()))
            _log.warning("%d texts had no second look for personal data, such as: %s", len(looked.unchecked), why)
        return looked.redactions

    return look_again


def _replaced(text: str, spans: Sequence[PersonalSpan]) -> Redaction:
    taken = [match.span() for match in _MARK.finditer(text)]
    found: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda span: (-span.confidence, span.start)):
        kind = _KINDS.get(span.category)
        if kind is None or span.confidence < SURE_ENOUGH:
            continue
        # What runs into a mark is the mark's surroundings: what it stood for is gone already.
        if any(span.start < end and start < span.end for start, end in taken):
            continue
        taken.append((span.start, span.end))
        found.append((span.start, span.end, kind))
    for start, end, kind in sorted(found, reverse=True):
        text = text[:start] + MARKS[kind] + text[end:]
    kinds = {kind for _, _, kind in found}
    return Redaction(text, tuple(kind for kind in PII_TYPES if kind in kinds))
