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
_THING_BEFORE = re.compile(
    r"\b(?:modelo|version|error(?:es)?|codigo (?:postal|de error)|resolucion|ley|decreto|vlan|mtu|puerto|canal|plan"
    r"|pack|combo)(?:[ :.#°-]|n[ro]?o?\b|num\b|numero\b|es\b|de\b|el\b|(?<= )[a-z]{1,2}(?= )){0,12}$"
)
DATE = re.compile(
    r"(?<![\d./-])(?:(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1(?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d([/.-])\d{1,2}\2\d{1,2})(?![\d/-]|\.\d)"
)
_VERSION_BEFORE = re.compile(
    r"\b(?:version|ver|v|firmware|fw|build|actualizacion|update|release|ios|android)[ .:]{0,3}$"
)
_WINDOW = 48
_LONGEST_DATE = 12

_UNITS = (
    "cero|uno|una|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci[a-z]{3,6}"
    "|veint[a-z]{1,9}|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|cientos?|ciento|doscient[oa]s"
    "|trescient[oa]s|cuatrocient[oa]s|quinient[oa]s|seiscient[oa]s|setecient[oa]s|novecient[oa]s|ochocient[oa]s"
)
# A number that is spelled out, whole or in part: "cinco millones doscientos mil", "4 millones 120 mil".
SPELLED = (
    rf"(?:{_UNITS}|mil|\d{{1,3}})(?![a-z\d])"
    rf"(?:[ ,.-]{{1,2}}(?:y )?(?:{_UNITS}|mil|millon(?:es)?|\d{{1,3}})(?![a-z\d])){{2,16}}"
)


def is_quantity(plain: str, start: int, end: int) -> bool:
    """Whether the number at `plain[start:end]` is money, a speed, a duration or a percentage, by its neighbours."""
    return bool(_UNIT_AFTER.match(plain, end) or _MONEY_BEFORE.search(plain, max(0, start - _WINDOW), start))


def is_of_a_thing(plain: str, start: int) -> bool:
    """Whether the number that starts at `start` is a model's, an error's, a law's, which names no person."""
    return bool(_THING_BEFORE.search(plain, max(0, start - _WINDOW), start))


def is_version(plain: str, start: int) -> bool:
    """Whether what starts at `start` is the version of a program."""
    return bool(_VERSION_BEFORE.search(plain, max(0, start - _WINDOW), start))


def is_date(plain: str, start: int, end: int) -> bool:
    """Whether `plain[start:end]` is part of a date or the other way round."""
    near = DATE.finditer(plain, max(0, start - _LONGEST_DATE), end + _LONGEST_DATE)
    return any(match.start() < end and start < match.end() for match in near)


def is_round(digits: str) -> bool:
    """Whether a number is round as prices in guaraníes are."""
    return digits.endswith(("000", "500"))
