"""How often the right comment column is found: headers × what stands beside it × how people write × rows.

    python -m bench.columns

Every table is made here, from our own comments, by seed. A table counts as right if the column of the comments is the
one that is chosen, and no column beside it is taken for a score or a date that it is not. What stands beside the
comments is tried alone, too: there is no comment then.
"""

import datetime as dt
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fiber_pipeline.readers.columns import recognise
from fiber_pipeline.readers.sheet import Cell

HEADERS = (
    "Comentario", "COMENTARIOS", "Comentario.", "Comentario final", "Coment. cliente", "Obs.", "Observaciones",
    "OBSERV.", "Opinión", "Su opinión", "Respuesta", "Respuesta abierta", "Voz del cliente", "VOC",
    "¿Qué te gustó?", "¿Qué mejorarías?", "¿Por qué?", "¿Por qué nos diste esa nota?",
    "¿Cuál es el motivo de su calificación?", "Contanos más", "Cuéntenos su experiencia",
    "¿Algo más que quieras decirnos?", "Sugerencias", "Reclamo", "Queja del cliente", "Qué nos dijo", "Mensaje",
    "Texto", "Detalle", "Motivo", "Nota", "Q2_TEXT", "Q5", "P3. Comentario", "P7) ¿Qué opina del servicio?",
    "G01Q03. Cuéntenos el porqué", "snippet", "full_text", "review_text", "reviewText", "content", "body",
    "message", "text", "feedback", "Customer comments", "Verbatim", "comment.value", "attributes.body",
    "snippet.textDisplay", "¿Ha'e mba'épa?", "Comentario (opcional)", "Por favor, explique su respuesta",
)  # fmt: skip

SHORT = (
    "Bien", "Muy lento", "Caro", "No anda", "Excelente", "Todo bien", "Pésimo", "Nada", "Malo", "Iporã", "Lento",
    "Ninguna", "Se corta", "Regular", "Ok", "Vairo", "Genial", "Conforme", "No", "Rápido", ".",
)  # fmt: skip
LONG = (
    "Desde que cambiaron el módem el wifi no llega a la pieza del fondo",
    "Pago hace dos años y cada mes aparece un monto distinto",
    "El muchacho que instaló fue muy amable y dejó todo prolijo",
    "Cada vez que llueve quedamos sin internet hasta el otro día",
    "Ndaikatúi atrabaja chéve hína, opa la señal ka'arukue",
    "Llamé cuatro veces al call center y nadie me solucionó",
    "La velocidad es la que contraté, sin cortes, estoy contenta",
    "Quisiera que bajen el precio porque la competencia da más por menos",
    "Che ko aime porã la internet reheve, ndaipóri problema",
    "Me dijeron que venían el martes y hasta hoy no apareció nadie",
    "Anda bien de día, a la noche los videos se traban",
    "Buen servicio nomás, pero la app no deja pagar la factura",
)
COMPANY = (
    "Hola, gracias por tu comentario, ya pasamos tu caso al equipo",
    "Estimado cliente, lamentamos lo sucedido, quedamos a tu disposición",
    "Gracias por escribirnos, nos pondremos en contacto a la brevedad",
    "Hola Ana, te pedimos disculpas por las molestias ocasionadas",
)
REASONS = (
    "Reclamo por corte de servicio",
    "Consulta de facturación",
    "Cambio de plan solicitado",
    "Pedido de visita técnica",
)
CITIES = (
    "Asunción",
    "Luque",
    "San Lorenzo",
    "Fernando de la Mora",
    "Ciudad del Este",
    "Encarnación",
    "Itauguá",
    "Caacupé",
)
NAMES = (
    "Ana Gómez",
    "Luis Benítez",
    "Mirta Rojas",
    "José Ayala",
    "Rosa Duarte",
    "Carlos Vera Ruiz",
    "Liz Paredes",
    "Óscar Núñez",
)
STREETS = (
    "Avda. Mariscal López {} casi Brasil",
    "Calle Palma {} entre Chile y Alberdi",
    "Ruta 2 km {} Capiatá",
    "Barrio San Pablo mz {} lote 8",
)


class Column(NamedTuple):
    """A header, and the cell of a row under it. role: what the column may be taken for."""

    header: str
    cell: Callable[[random.Random, int], Cell]
    role: str | None = None


DATE = Column("Fecha", lambda random, row: f"{1 + row % 28:02}/03/2025 10:{row % 60:02}", "date")
NPS = Column("NPS", lambda random, row: random.randint(0, 10), "nps")
CONTEXTS: dict[str, tuple[Column, ...]] = {
    "date and NPS": (DATE, NPS),
    "counter, age, days": (
        Column("Nro.", lambda random, row: row + 1),
        Column("Edad.", lambda random, row: random.randint(18, 80)),
        Column("Días sin serv.", lambda random, row: random.randint(0, 9)),
        DATE,
        NPS,
    ),
    "coded reason": (DATE, Column("Motivo del contacto", lambda random, row: random.choice(REASONS)), NPS),
    "type of complaint": (
        Column("Tipo de reclamo", lambda random, row: REASONS[row % 4]),
        Column("Canal", lambda random, row: "Web"),
        DATE,
    ),
    "customer, city, plan": (
        Column("Nombre y apellido", lambda random, row: random.choice(NAMES)),
        Column("Ciudad", lambda random, row: random.choice(CITIES)),
        Column("Plan", lambda random, row: random.choice(("Fibra 300", "Fibra 600 + TV"))),
        NPS,
    ),
    "address": (
        Column("Dirección", lambda random, row: random.choice(STREETS).format(random.randint(1, 3000))),
        DATE,
        Column("Calificación", lambda random, row: random.randint(1, 5), "rating"),
    ),
    "company's reply": (DATE, Column("Respuesta de la empresa", lambda random, row: random.choice(COMPANY)), NPS),
    "agent's notes": (
        Column("Comentarios del operador", lambda random, row: f"Cliente manifiesta problema, se genera ticket {row}"),
        DATE,
        NPS,
    ),
    "reply on a path": (
        Column("reply.text", lambda random, row: random.choice(COMPANY)),
        Column("reply.date", lambda random, row: f"2025-04-{1 + row % 28:02}"),
        Column("created_at", lambda random, row: f"2025-03-{1 + row % 28:02}T10:00:00Z", "date"),
        Column("rating", lambda random, row: random.randint(1, 5), "rating"),
    ),
    "dates that are relative": (
        Column("date", lambda random, row: random.choice(("hace una semana", "hace 2 meses", "ayer"))),
        NPS,
    ),
    "null marks": (
        DATE,
        Column("Segundo teléfono", lambda random, row: random.choice(("NULL", "-", "0981000000"))),
        Column("NPS", lambda random, row: random.choice(("NULL", 9, 3, 7)), "nps"),
    ),
    "score whose values are words": (Column("Score", lambda random, row: random.choice(("A1", "B2", "C3"))), DATE),
    "nothing": (),
}
NO_COMMENTS = ""  # fmt: skip
ROWS = (6, 30, 300)


def write(style: str, random_: random.Random) -> str:
    """A comment: short, long, or as they come (two thirds short)."""
    if style == "mixed":
        style = "short" if random_.random() < 0.6 else "long"
    if style == "short":
        return random_.choice(SHORT)
    text = random_.choice(LONG)
    return text if random_.random() < 0.5 else f"{text}, {random_.choice(SHORT).lower()}"


class Case(NamedTuple):
    """A table to recognise."""

    header: str
    context: str
    style: str
    rows: int


def cases() -> Iterator[Case]:
    """The whole grid."""
    yield from itertools.starmap(
        Case, itertools.product((*HEADERS, NO_COMMENTS), CONTEXTS, ("short", "mixed", "long"), ROWS)
    )


def table_of(case: Case) -> tuple[list[Column], list[list[Cell]]]:
    """The columns of a case, with the comments at a place that its seed decides, and their cells."""
    random_ = random.Random(repr(case))
    columns = list(CONTEXTS[case.context])
    if case.header != NO_COMMENTS:
        comments = Column(case.header, lambda random, row: write(case.style, random), "comment")
        columns.insert(random_.randint(0, len(columns)), comments)
    return columns, [[column.cell(random_, row) for row in range(case.rows)] for column in columns]


def judge(case: Case) -> str | None:
    """What is wrong with a case, None if it is right."""
    columns, cells = table_of(case)
    found = recognise([column.header for column in columns], cells, has_header=True).roles
    chosen = found.get("comment")
    if chosen is None and case.header != NO_COMMENTS:
        return "no comment column"
    if chosen is not None and columns[chosen].role != "comment":
        return f"comment is {columns[chosen].header!r}"
    for role, index in found.items():
        if role in ("nps", "rating", "date") and columns[index].role != role:
            return f"{role} is {columns[index].header!r}"
    return None


def main() -> None:
    """Print the share of tables read rightly, and what went wrong by header and context."""
    began = dt.datetime.now(dt.UTC)
    wrong = [(case, problem) for case in cases() if (problem := judge(case)) is not None]
    total = sum(1 for _ in cases())
    print(f"{total - len(wrong)} of {total} right: {1 - len(wrong) / total:.2%} ({dt.datetime.now(dt.UTC) - began})")
    for name in ("header", "context", "style", "rows"):
        counts = Counter(getattr(case, name) for case, _ in wrong)
        print(f"  by {name}: {', '.join(f'{value} {count}' for value, count in counts.most_common(12))}")
    for problem, count in Counter(problem for _, problem in wrong).most_common(12):
        print(f"  {count} × {problem}")


if __name__ == "__main__":
    main()
