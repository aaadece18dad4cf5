"""What a whole cell of a customer column is: something that names a person, or an opaque number."""

import re
from collections.abc import Mapping

import phonenumbers

from fiber_pipeline.cleaning.personal_data.documents import is_valid_ruc
from fiber_pipeline.cleaning.personal_data.name_words import is_known_name
from fiber_pipeline.cleaning.personal_data.redaction import find_pii
from fiber_pipeline.text import fold

# What a column's header says of its cells, tried in this order.
_COLUMN_CUES: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"\b(?:e ?mails?|mails?|correos?)\b"),
    "telefono": re.compile(
        r"\b(?:tel(?:e?f(?:ono)?s?)?|telefonos?|cel(?:ular(?:es)?)?|moviles|movil|lineas?|whats?app|wsp|fono|phones?|mobile"
        r"|contacto)\b"
    ),
    "ruc": re.compile(r"\bruc\b"),
    "cedula": re.compile(r"\b(?:cedulas?|ci|cic|c i|doc(?:umentos?)?|dni|identidad|pasaporte)\b"),
    "usuario": re.compile(r"\b(?:usuarios?|user(?: ?name)?|login|nick)\b"),
    "contrato": re.compile(r"\b(?:contratos?|cod(?:igo)?|id|abonad[oa]|suscri\w+|cuentas?|nis|account|nro|numero|n)\b"),
    "nombre": re.compile(r"\b(?:nombres?|apellidos?|titular(?:es)?|razon social|name)\b"),
}
_DIGITS = re.compile(r"\+?[\d .,()/_-]+")
_DOTTED = re.compile(r"\d{1,2}[. ]\d{3}[. ]\d{3}|\d{3}\.\d{3}")
_RUC = re.compile(r"(?:\d{1,2}[. ]?\d{3}[. ]?\d{3}|\d{5,8}) ?- ?\d")
_BARE_CEDULA = re.compile(r"[1-8]\d{6}")
_COMPANY_RUC = re.compile(r"80\d{7}")
# First digit and length of numbers as they are dialled within the country, mobiles also without their 0.
_NATIONAL = frozenset({("0", 8), ("0", 9), ("0", 10), ("0", 11), ("9", 9)})
_CUE_WORDS = re.compile(
    r"\b(?:c\.? ?i\.?c?|cic?|cedulas?|doc(?:umento)?|dni|ruc|tel(?:efono)?|cel(?:ular)?|mail|correo|email|n[ro]?o?"
    r"|numero|de|identidad|sra?|srta|don|dona|ing|lic|dra?|wsp|whatsapp|linea|py)\b|[^a-z0-9]"
)
_NAME = re.compile(r"[^\W\d_]{2,}(?:[.,]? (?:[^\W\d_]\.?|[^\W\d_]{2,}\.?)){1,6}")
_WORD = re.compile(r"[^\W\d_]{3,}")
# Kinds that only whoever gave the number out can read.
_OPAQUE = frozenset({"contrato", "equipo"})
_LOGIN = re.compile(r"@?(?=\S*[a-z]{3})[a-z][\w.@-]{3,}")
_CODE = re.compile(r"[a-z]{1,4}[-_ /.]?\d[\d._/-]*")


def kind_of_identifier(value: str, column: str = "") -> str | None:
    """What kind of personal data a whole cell is, or None for an opaque number or code that only its owner can read.

    value: a cell of a column that names customers, not a sentence. column: its header, which decides where the value
    could be either. Returns one of PII_TYPES:

    - "email": an address. "telefono": a number of the national plan, in any grouping, with or without 0 or +595
      ("0981 471 130", "981471130", "021 555 123"), or a foreign one with "+"; under "Línea", "Teléfono", "Celular" and
      their like any number of six to fifteen digits.
    - "cedula": "4.567.890", "CI 4567890", seven digits from 1 to 8 million unless the header says code, contract or
      account; under "Cédula", "CI", "Documento" any number of five to ten digits. "ruc": six to nine digits, a
      hyphen before the last, which is the right check digit unless the number is a company's (80…); or any number
      under "RUC".
    - "tarjeta", "cuenta": a payment card by its check digit; an IBAN.
    - "direccion", "perfil" and the other kinds but "contrato" and "equipo", where the cell is nothing else.
    - "nombre": two words and more of letters only, a known first name or surname alone, any word under "Nombre" or
      "Titular". "usuario": a word with three letters and more under "Usuario".

    None for "CLI-00123", "A123", "100234", "C-2023-981" and the empty cell. Whoever must not miss a name codes what
    is None as well.
    """
    plain = fold(value).strip()
    if not plain:
        return None
    header = " ".join(re.findall(r"[a-z]+", fold(column)))
    cues = [kind for kind, pattern in _COLUMN_CUES.items() if pattern.search(header)]
    if _DIGITS.fullmatch(plain):
        return _kind_of_number(value, plain, cues)
    spans = find_pii(value)
    if spans and not _CUE_WORDS.sub("", fold(_without(value, [(span.start, span.end) for span in spans]))):
        return spans[0].pii_type if spans[0].pii_type not in _OPAQUE else None
    if _CODE.fullmatch(plain):
        return None
    if _NAME.fullmatch(value.strip()) or is_known_name(plain) or ("nombre" in cues and _WORD.search(plain)):
        return "nombre"
    if "usuario" in cues and _LOGIN.fullmatch(plain):
        return "usuario"
    return None


def _kind_of_number(value: str, plain: str, cues: list[str]) -> str | None:
    digits = "".join(character for character in plain if character.isdigit())
    ruc = _RUC.fullmatch(plain)
    if ruc and ("ruc" in cues or is_valid_ruc(digits) or _COMPANY_RUC.fullmatch(digits)):
        return "ruc"
    if _is_telephone(plain, digits) or ("telefono" in cues and 6 <= len(digits) <= 15):
        return "telefono"
    for kind in ("ruc", "cedula"):
        if kind in cues and 5 <= len(digits) <= 10:
            return kind
    if _DOTTED.fullmatch(plain) or (_BARE_CEDULA.fullmatch(plain) and "contrato" not in cues):
        return "cedula"
    spans = find_pii(value)
    return spans[0].pii_type if len(spans) == 1 and spans[0].pii_type in ("tarjeta", "cuenta") else None


def _is_telephone(plain: str, digits: str) -> bool:
    """Whether a number is one of the plan: of Paraguay, written with its prefix or a mobile without 0; or with a +."""
    if plain.startswith(("+", "00")):
        digits = "+" + digits.removeprefix("00")
    elif not digits.startswith("595") and (digits[:1], len(digits)) not in _NATIONAL:
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, "PY"))
    except phonenumbers.NumberParseException:
        return False


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + " " + text[end:]
    return text
