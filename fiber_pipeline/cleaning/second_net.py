"""A second net for personal data behind our own redaction: a service that looks at the texts once more.

It is sent what `redact` left and nothing else, and what it finds is replaced by the same marks. An option for those who
may not rely on one detector; off unless asked for, since every text is paid for.
"""

import logging
from collections.abc import Sequence

from fiber_pipeline.cleaning.clean import Looked
from fiber_pipeline.cleaning.personal_data import Redaction, redact_all
from fiber_pipeline.services.azure.personal_data import PersonalSpan, PersonalSpans
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.plan import Plan
from fiber_pipeline.services.service import Service
from fiber_pipeline.text import MARK, MARKS, PII_TYPES

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


class SecondNet:
    """A second net over a service. An instance is a `SecondLook`, as `clean` takes it."""

    def __init__(self, enricher: Enricher, services: Sequence[Service]) -> None:
        """services: of `services.azure.personal_data_service`."""
        self.enricher = enricher
        self.services = services

    def __call__(self, texts: Sequence[str]) -> Looked:
        """Redact further what the service finds in texts that were redacted before.

        texts: as `redact` left them. A text the service does not look at stays as our own redaction left it.
        """
        redactions, shown = _shown(texts)
        enriched = self.enricher.enrich(self.services, [Item(redactions[place].text) for place in shown])
        for place, answer in enriched.answers.items():
            first = redactions[shown[place]]
            more = _replaced(first.text, PersonalSpans.model_validate(answer).spans)
            redactions[shown[place]] = Redaction(
                more.text, tuple(kind for kind in PII_TYPES if kind in (*first.types, *more.types))
            )
        unchecked = {shown[place]: reason for place, reason in enriched.unanswered.items()}
        if unchecked:
            why = next(iter(unchecked.values()))
            _log.warning("%d texts had no second look for personal data, such as: %s", len(unchecked), why)
        return Looked(redactions, unchecked)

    def plan(self, texts: Sequence[str]) -> Plan:
        """What a look at these texts would take; nothing is sent. Raises UnknownPrice."""
        redactions, shown = _shown(texts)
        return self.enricher.plan(self.services, [Item(redactions[place].text) for place in shown])


def _shown(texts: Sequence[str]) -> tuple[list[Redaction], list[int]]:
    """The texts, redacted once more so that nothing unredacted is sent whoever asks; and which say anything beside."""
    redactions = list(redact_all(texts))
    return redactions, [place for place, first in enumerate(redactions) if MARK.sub("", first.text).strip()]


def _replaced(text: str, spans: Sequence[PersonalSpan]) -> Redaction:
    taken = [match.span() for match in MARK.finditer(text)]
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
