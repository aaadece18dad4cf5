from datetime import UTC, datetime
from pathlib import Path

import pytest

from fiber_pipeline.operations.forgetting import forget_batch, forget_customer
from fiber_pipeline.problems import UnknownName
from fiber_pipeline.services.operation import Item, Operation, text_hash
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.answers import write_answer
from fiber_pipeline.services.store.opening import FILE_NAME, open_store
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, Settlement
from fiber_pipeline.tables import EXECUTIVE_SUMMARY, RECOMMENDATIONS
from fiber_pipeline_tests.warehouse.frames import small_frame
from fiber_pipeline_tests.world import World

OPERATION = Operation("openai", "annotate", "gpt-5-mini", "1")


@pytest.fixture
def asked(world: World) -> World:
    """Two batches whose texts and translations a service was asked about."""
    world.drop("enero.csv")
    world.drop("febrero.csv", [("Todo bien con el servicio nuevo", 9, 9, "03/02/2026", "C9", "Luque")])
    assert world.analyse("enero.csv").success
    assert world.analyse("febrero.csv").success
    texts = texts_of(world)
    store = open_store(None, world.settings.cache_dir)
    keys = tuple(OPERATION.key(Item(text)) for text in texts)
    store.intend(
        Intent("1", datetime.now(UTC), None, "enero.csv", "openai", "h", "annotate", "m", "1", keys, 0), Budget()
    )
    kept = [Kept(key, text_hash(text), write_answer({"about": text})) for key, text in zip(keys, texts, strict=True)]
    store.settle("1", Settlement("answered", Usage(), 0.0, 1.0), kept)
    store.close()
    assert answered(world, texts) == set(texts)
    return world


def texts_of(world: World, customer: str = "%") -> list[str]:
    found = world.query(
        "SELECT unnest([c.text, t.text_es]) AS text FROM comments c JOIN translated_comments t USING (comment_id) "
        f"JOIN raw_comments r ON r.batch = c.batch AND r.row_id = c.row_id WHERE r.customer_id LIKE '{customer}'"
    )
    return sorted({text for (text,) in found})


def answered(world: World, texts: list[str]) -> set[str]:
    store = open_store(None, world.settings.cache_dir)
    found = store.find([OPERATION.key(Item(text)) for text in texts])
    store.close()
    return {answer["about"] for answer in found.values()}


def test_answers_go_with_a_customer_and_with_a_batch_and_others_stay(asked: World):
    everybodys, hers = texts_of(asked), texts_of(asked, "C3")
    assert len(hers) == 2
    forgotten = forget_customer(asked.settings, "C3")
    assert forgotten.answers == 2
    assert "response store: 2 answers" in forgotten.lines()
    assert answered(asked, everybodys) == set(everybodys) - set(hers)
    on_disk = b"".join(path.read_bytes() for path in asked.settings.cache_dir.iterdir())
    assert "Ndaipóri internet".encode() not in on_disk
    assert b"Todo bien con el servicio" in on_disk

    assert forget_batch(asked.settings, "enero.csv").answers == len(everybodys) - len(hers) - 1
    assert answered(asked, everybodys) == {"Todo bien con el servicio nuevo"}
    store = open_store(None, asked.settings.cache_dir)
    assert len(list(store.calls())) == 1
    store.close()


def test_forgetting_makes_no_store_where_there_is_none(world: World):
    world.drop("enero.csv")
    assert world.analyse("enero.csv").success
    assert forget_customer(world.settings, "C3").answers == 0
    assert forget_batch(world.settings, "enero.csv").answers == 0
    assert not (world.settings.cache_dir / FILE_NAME).exists()


def everything(world: World) -> dict[str, bytes]:
    """Every file of the data directory, and what it holds, but for locks and the store's own log."""
    files = (path for path in world.settings.data_dir.rglob("*") if path.is_file())
    passing = (".lock", "-wal", "-shm")
    return {str(path): path.read_bytes() for path in files if not path.name.endswith(passing)}


def test_what_is_not_there_is_refused_and_nothing_goes(asked: World):
    assert asked.refresh().success
    before = everything(asked)
    with pytest.raises(UnknownName, match=r"no batch 'enro\.csv'; did you mean 'enero\.csv'"):
        forget_batch(asked.settings, "enro.csv")
    with pytest.raises(UnknownName, match="no customer 'C77'; did you mean"):
        forget_customer(asked.settings, "C77")
    with pytest.raises(UnknownName):
        forget_customer(asked.settings, " ")
    assert everything(asked) == before


def test_a_dry_run_says_what_would_go_and_takes_nothing(asked: World):
    assert asked.refresh().success
    before = everything(asked)
    dry = forget_customer(asked.settings, "C3", dry_run=True)
    assert everything(asked).keys() == before.keys()
    assert asked.query("SELECT count(*) FROM raw_comments WHERE customer_id = 'C3'") == [(1,)]
    assert "nothing was done" in dry.lines()
    done = forget_customer(asked.settings, "C3")
    assert (dry.rows, dry.files, dry.answers, dry.still_in) == (done.rows, done.files, done.answers, done.still_in)
    assert dry.rows["raw_comments"] == dry.rows["sentiment_scores"] == 1
    assert any("fiber_report.html" in file for file in dry.files)
    dry = forget_batch(asked.settings, "febrero.csv", dry_run=True)
    assert (asked.inbox / "febrero.csv").exists()
    done = forget_batch(asked.settings, "febrero.csv")
    assert (dry.rows, dry.files, dry.answers) == (done.rows, done.files, done.answers)


def test_a_customer_is_found_however_the_id_is_written_and_left_out_of_the_same_file_later(world: World):
    rows = [("Anda mal", 2, 2, "05/01/2026", "Ana  Gómez", "Luque"), ("Anda bien", 9, 9, "05/01/2026", "C2", "Luque")]
    world.drop("enero.csv", [*rows, ("Otra vez mal", 1, 1, "06/01/2026", "ANA GÓMEZ", "Luque")])
    assert world.analyse("enero.csv").success
    forgotten = forget_customer(world.settings, "anagómez")
    assert forgotten.rows["raw_comments"] == 2
    assert forgotten.still_in == (f"{world.settings.inbox_url}/enero.csv",)
    assert world.analyse("enero.csv").success
    assert world.query("SELECT customer_id FROM raw_comments") == [("C2",)]
    assert world.query('SELECT row_number, "row" FROM rejected_rows ORDER BY ALL') == [(2, "{}"), (4, "{}")]
    world.drop("febrero.csv", rows[:1])
    assert world.analyse("febrero.csv").success
    assert world.query("SELECT DISTINCT customer_id FROM raw_comments") == [("C2",)]
    kept = sorted(path for path in world.settings.installation_dir.iterdir() if path.suffix in (".txt", ".secret"))
    assert [path.name for path in kept] == ["forgotten_customers.txt", "installation.secret"]
    for path in kept:
        assert path.stat().st_mode & 0o777 == 0o600
        assert "gómez" not in path.read_text().casefold()
    # Cut short, it is finished by asking again.
    assert forget_customer(world.settings, "Ana Gómez").rows["raw_comments"] == 0


WORDS = "Una clienta de Areguá se quedó sin internet"


@pytest.mark.parametrize(("engine", "left"), [("openai", 0), ("local", 3)])
def test_what_a_service_wrote_about_all_goes_and_what_rules_wrote_stays(world: World, engine: str, left: int):
    world.drop("enero.csv")
    assert world.analyse("enero.csv").success
    summary = small_frame(EXECUTIVE_SUMMARY, text=WORDS, engine=engine)
    advice = small_frame(RECOMMENDATIONS, why=WORDS, engine=["local", "local", engine])
    world.warehouse.write(EXECUTIVE_SUMMARY, summary)
    world.warehouse.write(RECOMMENDATIONS, advice)
    with pytest.raises(UnknownName):
        forget_customer(world.settings, "nobody")
    assert world.query("SELECT count(*) FROM executive_summary") == [(3,)]
    forget_customer(world.settings, "C3")
    rows = world.query("SELECT (SELECT count(*) FROM executive_summary), (SELECT count(*) FROM recommendations)")
    assert rows == [(left, left)]
    assert (WORDS.encode() in Path(world.settings.warehouse_location).read_bytes()) == bool(left)
