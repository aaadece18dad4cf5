"""Made-up surveys of any size: comments put together from parts, so that most longer ones are distinct."""

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

HEADER = ("NPS", "Nota", "Fecha", "Comentario Final", "Cliente", "Ciudad", "Plan")

_EMPTY = ("", ".", "-", "no", "No", "ok", "si", "N/A", "nada")
_WORDS = (
    "Excelente", "Bueno", "Malo", "Lento", "Caro", "Pésimo", "Regular", "Conforme", "Perfecto", "Horrible", "Rápido",
    "Iporã", "Ivai", "Vaiete", "Ninguna", "Normal", "Estable", "Inestable", "Satisfecho", "Bien", "Mejorar", "Precio",
)  # fmt: skip
_WHO = ("en casa", "en mi barrio", "en la oficina", "acá en el centro", "en el departamento", "para teletrabajo")
_WHEN = ("a la noche", "cuando llueve", "los domingos", "desde el martes", "hace {n} días", "a las {n} de la tarde")
_BAD = (
    "se corta el internet", "la señal del wifi no llega a la pieza", "me cobraron {n} veces la factura",
    "contraté {m} megas y me llegan {n}", "el técnico no vino", "no me atienden en el call center",
    "subieron el precio a {m} mil sin avisar", "Netflix se traba", "ndaipóri internet", "mbegueterei la conexión",
    "la app no abre", "espero la instalación hace {n} días", "el internet ndoikói {n} veces por semana",
)  # fmt: skip
_GOOD = (
    "anda muy rápido", "nunca se corta", "el técnico resolvió en {n} minutos", "iporã la atención",
    "buena velocidad para jugar", "me gusta el combo con Netflix", "barato ko plan", "la instalación fue al día {n}",
    "recomiendo el servicio", "llegan los {m} megas completos",
)  # fmt: skip
_TAIL = (
    "",
    ", gracias",
    ", por favor mejoren",
    " pero caro",
    " y nadie responde",
    ", che ra'a",
    " katu",
    "!!!",
    " 😡",
    " 👍",
)
_CITIES = ("Asunción", "Luque", "San Lorenzo", "Encarnación", "Ciudad del Este", "Villarrica")
_PLANS = ("100 megas", "300 megas", "600 megas", "1 giga")


def survey(rows: int, seed: int = 7) -> Iterator[tuple[object, ...]]:
    """Rows under HEADER: a third of the comments one word, a fifth next to nothing, two years of dates."""
    chance = random.Random(seed)
    start = date(2024, 10, 1)
    for number in range(rows):
        kind = chance.random()
        nps = chance.choices(range(11), weights=(6, 3, 4, 6, 5, 11, 9, 11, 13, 12, 20))[0]
        if kind < 0.2:
            comment = chance.choice(_EMPTY)
        elif kind < 0.4:
            comment = chance.choice(_WORDS)
        else:
            comment = _sentence(chance, nps)
        day = start + timedelta(days=chance.randrange(730))
        grade = min(10, max(1, nps + chance.randrange(-1, 2)))
        yield nps, grade, day, comment, f"C{number % 400_000:06}", chance.choice(_CITIES), chance.choice(_PLANS)


def write_csv(path: Path, rows: int) -> None:
    """Write a survey as CSV with semicolons and day-first dates."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(HEADER)
        for nps, grade, day, *rest in survey(rows):
            assert isinstance(day, date)
            writer.writerow((nps, grade, day.strftime("%d/%m/%Y"), *rest))


def write_xlsx(path: Path, rows: int) -> None:
    """Write a survey as a workbook with real dates."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Encuesta")
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(survey(rows), 1):
            sheet.write_row(number, 0, row)


def _sentence(chance: random.Random, nps: int) -> str:
    parts = _GOOD if chance.random() < nps / 11 else _BAD
    text = chance.choice(parts)
    for place in (_WHO, _WHEN):
        if chance.random() < 0.45:
            text += " " + chance.choice(place)
    if chance.random() < 0.6:
        text += chance.choice((", además ", " y ", " pero ", ". ")) + chance.choice(_GOOD + _BAD)
    text += chance.choice(_TAIL)
    text = text.format(n=chance.randrange(2, 60), m=chance.choice((50, 100, 150, 200, 300, 600)))
    return text[0].upper() + text[1:] if chance.random() < 0.6 else text
