"""`installation_keys`: which keys the names of comments, responses and customers in the warehouse are coded with.

Kept by the warehouse itself, in the transaction that brings the names up to date; no asset fills it.
"""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

INSTALLATION_KEYS = Table(
    name="installation_keys",
    row="a key of the installation that names in the warehouse are coded with; kept by the warehouse itself",
    key=("position",),
    partitioned=False,
    columns={
        "position": columns.integer("Which key it is, in the order they are applied, from 0.", pr.Check.ge(0)),
        "fingerprint": columns.text("Tells the key from others and nothing of it."),
    },
)
