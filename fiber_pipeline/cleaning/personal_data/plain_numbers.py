"""What keeps a number from being personal data: it is a price, a speed, a date."""

import re

_CURRENCY = (
    r"gs|g|guaranies|guarani|pyg|usd|us\$|u\$s|dolares|reales|pesos|mil|millon|millones|palos|lukas?|lucas|₲|\$|€"
)
_UNIT_AFTER = re.compile(
    rf"[ ,.:]{{0,2}}(?:-? ?(?:{_CURRENCY})(?![a-z])|%|[mkg]b(?:ps|its?)?(?![a-z])|megas?|gigas?|kbps"
    r"|(?:mensual|por mes|al mes|x mes)|(?:anos|dias|horas|minutos|meses|veces|clientes|personas|usuarios)\b)"
)
_MONEY_BEFORE = re.compile(
    r"(?:₲|\bgs\.?|\bg\.|\$|€|\busd|\b(?:guaranies|pag\w{1,5}|cuest\w{1,3}|sale|salio|cobr\w{1,6}|precio|monto|tarifa|cuota"
    r"|deud\w{1,4}|deb(?:o|ia|ito)|abon(?:e|ar|amos)|valor|saldo|multa|total|factura(?:d\w|ron)|costo|rebaja|descuento"
    r"|aument(?:o|aron)|sub(?:io|ieron)))"
    r"(?:[ :,]{1,2}(?:de|a|por|es|fue|me|nos|casi|como|l[oa]s|la|el|unos|hasta|mas|mensual(?:es)?"
    r"|gs\.?|factura|una?|ya)){0,4}"
    r"[ :.]{0,3}$"
)
_CASE_BEFORE = re.compile(
    r"\b(?:ticket|tkt|reclamo|caso|gestion|orden|pedido|tramite|incidencia|solicitud|protocolo|serie|modelo|version|sn|mac"
    r"|ip|error|codigo postal)(?:[ :.#°º-]|n[ro]o?\b|num\b|numero\b|es\b|de\b|el\b)*$"
)
DATE = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([/.-])\d{1,2}\1(?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d([/.-])\d{1,2}\2\d{1,2})(?![\d/-]|\.\d)"
)
_WINDOW = 48


def is_quantity(plain: str, start: int, end: int) -> bool:
    """Whether the number at `plain[start:end]` is money, a speed, a duration or a percentage, by its neighbours."""
    return bool(_UNIT_AFTER.match(plain, end) or _MONEY_BEFORE.search(plain, max(0, start - _WINDOW), start))


def is_case_number(plain: str, start: int) -> bool:
    """Whether the number that starts at `start` is a ticket's, an order's or a device's, which name no person."""
    return bool(_CASE_BEFORE.search(plain, max(0, start - _WINDOW), start))


def is_round(digits: str) -> bool:
    """Whether a number is round as prices in guaraníes are."""
    return digits.endswith(("000", "500"))
