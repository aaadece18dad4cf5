"""Lay the written comments of `comentarios.tsv` out as a survey export: `encuesta_fibra.xlsx`.

The comments, whom they come from and what period they speak of are written by hand in the table; this script adds
what a survey tool adds (dates, scores, customers) and the dirt such files come with: title rows, blank rows, dates
and numbers as text, rows exported twice, a total at the end, a second sheet. Everybody in it is invented. The same
table always gives the same file, byte for byte.

    python data/sample/build_sample.py [OUTPUT.xlsx]
"""

import csv
import random
import re
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
SEED = 2026
MEAN_RATING = 6.3
HEADER = (
    "Cliente", "Fecha", "NPS", "Nota", "Comentario Final",
    "Ciudad", "Departamento", "Plan", "Antigüedad (meses)", "Canal",
)  # fmt: skip
WIDTHS = (12, 17, 6, 6, 90, 24, 18, 12, 18, 12)

# What happened: storms cut the service in January and February 2026, prices rose in April, the network was renewed
# in June. Each group answers more in the months that gave it cause.
MONTHS = [(2025, month) for month in range(6, 13)] + [(2026, month) for month in range(1, 10)]
MONTH_WEIGHTS = {
    "detractor": (5, 5, 5, 5, 5, 6, 7, 11, 9, 6, 10, 8, 4, 3, 2, 2),
    "pasivo": (6, 6, 6, 6, 6, 6, 6, 4, 5, 6, 5, 5, 7, 7, 7, 7),
    "promotor": (5, 5, 5, 5, 5, 4, 4, 2, 3, 5, 3, 4, 8, 10, 11, 12),
    "corte": (0, 0, 0, 0, 0, 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 0),
    "precio": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 4, 1, 0, 0, 0),
    "mejora": (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4, 4),
}
FIRST_DAY = {"corte": 14, "precio": 6}
NPS_WEIGHTS = {
    "detractor": ((0, 10), (1, 6), (2, 9), (3, 11), (4, 12), (5, 17), (6, 20)),
    "pasivo": ((7, 5), (8, 6)),
    "promotor": ((9, 5), (10, 8)),
}
RATING_BOUNDS = {"detractor": (1, 7), "pasivo": (5, 9), "promotor": (7, 10)}
CITIES = (
    ("Asunción", "Asunción", 24),
    ("Luque", "Central", 10),
    ("San Lorenzo", "Central", 10),
    ("Fernando de la Mora", "Central", 8),
    ("Lambaré", "Central", 7),
    ("Capiatá", "Central", 6),
    ("Ñemby", "Central", 4),
    ("Itauguá", "Central", 3),
    ("Mariano Roque Alonso", "Central", 4),
    ("Ciudad del Este", "Alto Paraná", 9),
    ("Hernandarias", "Alto Paraná", 3),
    ("Encarnación", "Itapúa", 6),
    ("Caacupé", "Cordillera", 3),
    ("Coronel Oviedo", "Caaguazú", 3),
    ("Villarrica", "Guairá", 3),
    ("Pedro Juan Caballero", "Amambay", 3),
    ("Concepción", "Concepción", 2),
    ("Pilar", "Ñeembucú", 2),
    ("Filadelfia", "Boquerón", 1),
)
PLANS = {"Fibra 100": 15, "Fibra 300": 45, "Fibra 600": 28, "Fibra 1000": 12}
PRICES = {"Fibra 100": 135_000, "Fibra 300": 199_000, "Fibra 600": 259_000, "Fibra 1000": 349_000}
CHANNELS = {"WhatsApp": 45, "SMS": 25, "App": 18, "Web": 12}
TEXT_DATES = ("%d/%m/%Y", "%Y-%m-%d %H:%M", "%d-%m-%Y", "%d/%m/%y %H:%M")
RETURNING_CUSTOMERS = 30
DATES_AS_TEXT = 24
DECIMAL_COMMAS = 8  # in pairs, so that the mean stays
BLANK_ROWS_AFTER = (212, 437, 438)


@dataclass(frozen=True)
class Answer:
    """A row of the export."""

    group: str
    comment: str
    is_repeated: bool
    moment: datetime
    nps: int
    rating: float
    customer: str = ""
    city: str = ""
    department: str = ""
    plan: str = ""
    tenure: int = 0
    channel: str = ""


def read_answers(draw: random.Random) -> list[Answer]:
    """One answer for each time the table says a comment was given."""
    answers = []
    with (HERE / "comentarios.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            group, epoch = row["grupo"], row["epoca"]
            for _ in range(int(row["respuestas"])):
                nps = draw.choices(*zip(*NPS_WEIGHTS[group], strict=True))[0]
                low, high = RATING_BOUNDS[group]
                rating = min(high, max(low, nps + draw.choice((-1, 0, 0, 1))))
                moment = draw_moment(draw, group if epoch == "cualquiera" else epoch)
                answers.append(
                    Answer(
                        group, row["comentario"].replace("\\n", "\n"), bool(row["fila_repetida"]), moment, nps, rating
                    )
                )
    return answers


def draw_moment(draw: random.Random, period: str) -> datetime:
    """A moment in waking hours of a month that suits `period`."""
    year, month = draw.choices(MONTHS, MONTH_WEIGHTS[period])[0]
    first_day = FIRST_DAY.get(period, 1) if month in (1, 4) else 1
    return datetime(year, month, draw.randint(first_day, 28), draw.randint(7, 22), draw.randint(0, 59))


def add_customers(answers: list[Answer], draw: random.Random) -> list[Answer]:
    """Give each answer a customer; where the comment names a town or a plan's speed, the customer has it."""
    ids = [f"C-{number}" for number in draw.sample(range(100_000, 400_000), len(answers) - RETURNING_CUSTOMERS)]
    ids += draw.sample(ids, RETURNING_CUSTOMERS)
    known: dict[str, Answer] = {}
    complete = []
    for answer, customer in zip(answers, ids, strict=True):
        named = [place for place in CITIES if re.search(rf"\b{place[0]}\b", answer.comment)]
        city, department, _ = named[0] if named else draw.choices(CITIES, [weight for *_, weight in CITIES])[0]
        speed = re.search(r"\b(100|300|600|1000) megas", answer.comment)
        plan = f"Fibra {speed[1]}" if speed else draw.choices(list(PLANS), list(PLANS.values()))[0]
        channel = draw.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        answer = replace(
            answer,
            customer=customer, city=city, department=department, plan=plan, channel=channel,
            tenure=min(140, int(draw.expovariate(1 / 30)) + 1),
        )  # fmt: skip
        if customer in known and not named:
            before = known[customer]
            answer = replace(answer, city=before.city, department=before.department, plan=before.plan)
        known[customer] = answer
        complete.append(answer)
    return complete


def settle_ratings(answers: list[Answer], draw: random.Random) -> list[Answer]:
    """Move single ratings by a point until their mean is the survey's, then halve a few in both directions."""
    answers = list(answers)
    order = draw.sample(range(len(answers)), len(answers))
    exported = [answer.rating for answer in answers for _ in range(1 + answer.is_repeated)]
    missing = round(MEAN_RATING * len(exported) - sum(exported))
    step = 1 if missing > 0 else -1
    while missing:
        for place in order:
            low, high = RATING_BOUNDS[answers[place].group]
            if missing and not answers[place].is_repeated and low <= answers[place].rating + step <= high:
                answers[place] = replace(answers[place], rating=answers[place].rating + step)
                missing -= step
    singles = [place for place in order if not answers[place].is_repeated and 2 <= answers[place].rating <= 9]
    for count, place in enumerate(singles[:DECIMAL_COMMAS]):
        answers[place] = replace(answers[place], rating=answers[place].rating + (0.5 if count % 2 else -0.5))
    return answers


def export_rows(answers: list[Answer], draw: random.Random) -> list[list[object]]:
    """The cells of the sheet below its header, in order of date."""
    ordered = sorted(answers, key=lambda answer: (answer.moment, answer.customer))
    as_text = set(draw.sample([place for place, answer in enumerate(ordered) if not answer.is_repeated], DATES_AS_TEXT))
    rows: list[list[object]] = []
    for place, answer in enumerate(ordered):
        moment: object = answer.moment
        if place in as_text:
            moment = answer.moment.strftime(TEXT_DATES[answer.moment.day % len(TEXT_DATES)])
        rating: object = (
            int(answer.rating) if answer.rating == int(answer.rating) else f"{answer.rating}".replace(".", ",")
        )
        rows.append(
            [answer.customer, moment, answer.nps, rating, answer.comment, answer.city, answer.department, answer.plan,
             answer.tenure, answer.channel]
        )  # fmt: skip
        if answer.is_repeated:
            rows.append(list(rows[-1]))
    return rows


def write_workbook(rows: list[list[object]], path: Path) -> None:
    """Write the export as the survey tool would."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"title": "Encuesta de satisfacción", "created": datetime(2026, 10, 1)})
        bold = workbook.add_format({"bold": True})
        moment = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet = workbook.add_worksheet("Encuesta")
        sheet.write(0, 0, "Encuesta de satisfacción - Internet por fibra", bold)
        sheet.write(1, 0, "Exportado el 01/10/2026. Período: junio 2025 a septiembre 2026")
        for column, (name, width) in enumerate(zip(HEADER, WIDTHS, strict=True)):
            sheet.write(3, column, name, bold)
            sheet.set_column(column, column, width)
        line = 4
        for count, row in enumerate(rows):
            line += count in BLANK_ROWS_AFTER
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, column, cell, moment)
                elif cell != "":
                    sheet.write(line, column, cell)
            line += 1
        sheet.write(line + 1, 0, f"Total de respuestas: {len(rows)}", bold)
        prices = workbook.add_worksheet("Planes")
        prices.write_row(0, 0, ["Plan", "Precio mensual (Gs.)"], bold)
        for line, (plan, price) in enumerate(PRICES.items(), start=1):
            prices.write_row(line, 0, [plan, price])


def main(path: Path) -> None:
    """Build the sample at `path`."""
    draw = random.Random(SEED)
    answers = settle_ratings(add_customers(read_answers(draw), draw), draw)
    write_workbook(export_rows(answers, draw), path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "encuesta_fibra.xlsx")
