from fiber_pipeline.readers.columns.evidence import measure


def test_shares_are_of_cells_that_are_not_blank() -> None:
    held = measure(["9", "", None, "10", "no sé bien", "7"])
    assert (held.count, held.fill) == (4, 4 / 6)
    assert held.nps == 3 / 4
    assert held.text == 1 / 4


def test_counters_are_told_from_scores() -> None:
    assert measure([1, 2, 3, 4, 5]).is_sequence
    assert measure(["10", "9", "8", "7"]).is_sequence
    assert not measure([9, 2, 0, 7, 6]).is_sequence


def test_long_texts_that_come_again_were_chosen_from_a_list() -> None:
    reasons = ["Reclamo por corte de servicio", "Consulta de saldo y factura"] * 4
    assert measure(reasons).chosen == 1.0
    assert measure(["No anda desde el lunes", "Muy contento con el servicio", "Caro"]).chosen == 0.0


def test_few_different_short_texts_for_many_rows_were_chosen_from_a_list() -> None:
    assert measure(["Web", "Tienda", "Teléfono"] * 20).chosen == 1.0


def test_speech_names_addresses_and_the_companys_voice_are_told_apart() -> None:
    assert measure(["Se corta siempre", "muuuy lento", "👎", "ndaipóri señal"]).speech == 1.0
    assert measure(["Ana Gómez", "Luis Benítez Rojas"]).names == 1.0
    assert measure(["Avda. España 1234 casi Perú", "Calle 14 de Mayo 88"]).addresses == 1.0
    assert measure(["Estimado cliente, lamentamos lo ocurrido", "Gracias por escribirnos, ya lo vemos"]).company == 1.0


def test_numbers_may_stand_for_moments() -> None:
    held = measure([45719.5, 45720.25])
    assert (held.date, held.moment) == (0.0, 1.0)


def test_a_blank_column_holds_nothing() -> None:
    assert measure(["", None, "  "]).count == 0
