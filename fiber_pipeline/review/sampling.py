"""Which texts engines are compared on."""

import duckdb
import pandas as pd

from fiber_pipeline.review.statements import fetch

SEED = "agreement-1"


def sample_texts(connection: duckdb.DuckDBPyConnection, size: int) -> pd.DataFrame:
    """Return at most `size` distinct texts of informative comments that count, every sentiment among them.

    Columns: comment_id (the first comment with the text), text_key, text (redacted), text_es, language, sentiment (as
    stored), comments (how many have the text), nps, nps_group, rating, rating_scale. Labels are spread evenly, so
    figures on the sample say how engines do on each label, not what share of all comments they agree on.
    """
    return fetch(connection, "sample", size=size, seed=SEED)
