"""The marks that stand in a comment in place of personal data: declared here alone."""

import re

# Kinds of personal data, in the order in which they are told. A mark is the kind in capitals: `[TELEFONO]`.
PII_TYPES = (
    "email",
    "tarjeta",
    "ruc",
    "cuenta",
    "telefono",
    "cedula",
    "direccion",
    "nombre",
    "ubicacion",  # coordinates and links to a map
    "nacimiento",  # a date of birth
    "usuario",  # a name to log in with, or of somebody's network
    "clave",  # a password or PIN
    "perfil",  # somebody's name in a social network
    "contrato",  # a number of a customer, a contract or a case, which leads to the customer
    "equipo",  # a MAC, serial or IMEI number
    "ip",
)
MARKS = {kind: f"[{kind.upper()}]" for kind in PII_TYPES}
MARK = re.compile(rf"\[(?:{'|'.join(kind.upper() for kind in PII_TYPES)})\]")
