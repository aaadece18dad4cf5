import duckdb
import pytest

from fiber_pipeline.review.queue import SHARES, pick, read_queue
from fiber_pipeline.tables import CORRECTIONS, EMERGENT_THEMES, ENGINE_DISPUTES
from fiber_pipeline.tables.vocabulary import REVIEW_REASONS
from fiber_pipeline_tests.insight.history import Comment, write_comments, write_table
from fiber_pipeline_tests.warehouse.frames import small_frame


def candidates(count: int, **reasons: int) -> list[dict[str, object]]:
    """Texts of which the first so many have a reason, all in the order of the draw."""
    return [
        {"text_key": f"t{place:04}", **dict.fromkeys(REVIEW_REASONS), "random": place + 1}
        | {reason: place + 1 for reason, most in reasons.items() if place < most}
        for place in range(count)
    ]


def shares(rows: int, texts: list[dict[str, object]]) -> dict[str, int]:
    picked = [reason for _, reason in pick(texts, rows)]
    return {reason: picked.count(reason) for reason in REVIEW_REASONS if reason in picked}


def test_shares_are_whole_and_those_of_every_reason():
    assert sum(SHARES.values()) == pytest.approx(1)
    assert set(SHARES) == set(REVIEW_REASONS)
    everything = candidates(1000, **dict.fromkeys(SHARES, 1000))
    assert shares(200, everything) == {reason: round(200 * SHARES[reason]) for reason in REVIEW_REASONS}
    for rows in (1, 7, 33):
        assert len(pick(everything, rows)) == rows


def test_what_a_reason_does_not_use_goes_to_the_others():
    assert shares(100, candidates(1000, urgent=1000, disputed=15)) == {"disputed": 5, "urgent": 85, "random": 10}


def test_a_text_stands_once_and_the_draw_is_from_all_texts():
    picked = pick(candidates(30, disputed=30, urgent=30), 20)
    keys = [row["text_key"] for row, _ in picked]
    assert len(set(keys)) == 20
    assert [row["text_key"] for row, reason in picked if reason == "random"] == ["t0000", "t0001"]


def test_where_reasons_run_out_the_draw_grows_and_stays_a_draw():
    texts = candidates(1000)
    for place in range(500, 512):
        texts[place]["urgent"] = place
    assert shares(100, texts) == {"urgent": 12, "random": 88}
    drawn = {row["text_key"] for row, reason in pick(texts, 100) if reason == "random"}
    assert drawn == {f"t{place:04}" for place in range(88)}
    assert shares(100, candidates(40, urgent=12)) == {"random": 40}


def test_what_most_speaks_for_stands_first_drawn_or_not():
    picked = [row["text_key"] for row, _ in pick(candidates(40, urgent=12), 40)]
    assert picked[:12] == [f"t{place:04}" for place in range(12)]


@pytest.fixture
def connection():
    comments = [
        Comment("plain", text="anda bien la conexión", sentiment="positive", nps=9),
        Comment(
            "urgent",
            text="hace tres días sin servicio",
            sentiment="negative",
            urgency="high",
            themes={"outages": "negative"},
        ),
        *(
            Comment(f"often{number}", text="Excelente" if number else "EXCELENTE!", sentiment="positive")
            for number in range(4)
        ),
        Comment("copy", text="Excelente", sentiment="positive", duplicate_of="often0"),
        Comment("new", text="quiero puertos para juegos"),
        Comment("disputed", text="podría ser peor"),
        Comment("done", text="ya fue revisado"),
        Comment("dull", text="No", is_informative=False),
        Comment("long", text="larguísimo " * 600),
    ]
    with duckdb.connect() as opened:
        write_comments(opened, comments)
        opened.execute("UPDATE comments SET text_key = 'excelente' WHERE comment_id = 'often0'")
        key = dict(opened.execute("SELECT comment_id, text_key FROM comments").fetchall())
        opinions = [{"engine": "local", "labels": ["neutral"]}, {"engine": "openai", "labels": ["negative"]}]
        disputes = {
            "kind": ["sentiment"],
            "text_key": [key["disputed"]],
            "comments": [1],
            "labels": [opinions],
            "examples": [["disputed"]],
        }
        write_table(opened, ENGINE_DISPUTES, ENGINE_DISPUTES.frame(disputes))
        write_table(
            opened, EMERGENT_THEMES, small_frame(EMERGENT_THEMES, count=1, examples=[["new"]], first_seen=[None])
        )
        done = small_frame(CORRECTIONS, count=1, text_key=[key["done"]], is_in_force=[True])
        write_table(opened, CORRECTIONS, done)
        opened.execute("UPDATE sentiment_scores SET confidence = 0.9 WHERE comment_id <> 'plain'")
        opened.execute("UPDATE sentiment_scores SET confidence = 0.4 WHERE comment_id = 'plain'")
        opened.execute("UPDATE sentiment_scores SET contradicts_score = comment_id = 'plain'")
        yield opened


def test_every_reason_is_told_from_the_tables(connection: duckdb.DuckDBPyConnection):
    queue = {item.comment_id: item for item in read_queue(connection, 100)}
    assert set(queue) == {"plain", "urgent", "often0", "new", "disputed"}
    assert queue["plain"].reasons == ("contradicts_score", "low_confidence")
    assert queue["urgent"].reasons == ("urgent",)
    assert queue["often0"].reasons == ("frequent",)
    assert queue["often0"].comments == 4
    assert queue["new"].reasons == ("emergent",)
    assert queue["disputed"].opinions == {"sentiment": {"local": ["neutral"], "openai": ["negative"]}}
    assert queue["urgent"].themes == ("outages",)
    assert (queue["plain"].sentiment, queue["plain"].language, queue["plain"].nps) == ("positive", "es", 9)


def test_the_queue_is_never_longer_than_asked_and_the_same_each_time(connection: duckdb.DuckDBPyConnection):
    assert len(read_queue(connection, 3)) == 3
    assert read_queue(connection, 4) == read_queue(connection, 4)
    with duckdb.connect() as empty:
        write_comments(empty, [])
        assert read_queue(empty, 10) == []
