"""Customers who asked to be forgotten: who they are, as codes that name nobody, and their rows left out of a file.

Erasing takes a customer out of what was read; the file they came in may come again.
"""

import json
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import pandas as pd

from fiber_pipeline.installation import InstallationKeys, read_keys
from fiber_pipeline.tables import REJECTED_ROWS
from fiber_pipeline.tables.identifiers import customer_key

LIST_NAME = "forgotten_customers.txt"
REASON = "its customer asked to be forgotten, and nothing of it is kept"
_NOTHING = "{}"


class ForgottenCustomers:
    """The list, in a file beside the warehouse, for its owner's eyes only.

    A line is the number of the installation's keys that there were, a colon, and the customer's code with them.
    """

    def __init__(self, folder: Path, secret: Path) -> None:
        """secret: the file of the installation's secret, made when it is needed."""
        self._secret = secret
        self._path = folder / LIST_NAME
        self._codes: frozenset[str] = frozenset()
        if self._path.exists():
            keys = self._keys.keys
            listed = [line.partition(":") for line in self._path.read_text("ascii").split()]
            self._codes = frozenset(
                InstallationKeys(keys[int(known) :]).coder("forgotten")(code) for known, _, code in listed
            )

    def __contains__(self, customer_id: object) -> bool:
        return bool(self._codes) and isinstance(customer_id, str) and self._code(customer_id) in self._codes

    def add(self, customer_id: str) -> None:
        """Leave this customer out from now on."""
        if customer_id in self:
            return
        code = self._code(customer_id)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="ascii") as file:
            file.write(f"{len(self._keys.keys)}:{code}\n")
        self._codes |= {code}

    def leave_out(self, raw: pd.DataFrame, rejected: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The frames of RAW_COMMENTS and REJECTED_ROWS without what these customers wrote and left of themselves.

        Every row still counts: an accepted one becomes a rejected one of which only its place is kept.
        """
        if not self._codes:
            return raw, rejected
        gone = _among(raw["customer_id"], self.__contains__)
        named = _among(rejected["row"], lambda row: any(cell in self for cell in _cells(row)))
        if not (gone.any() or named.any()):
            return raw, rejected
        places = raw.loc[gone, ["batch", "source_file", "sheet", "row_number"]].assign(reason=REASON, row=_NOTHING)
        emptied = rejected.assign(row=rejected["row"].mask(named, _NOTHING))
        together = pd.concat([emptied, places], ignore_index=True).sort_values(
            ["source_file", "sheet", "row_number"], kind="stable"
        )
        return raw[~gone].reset_index(drop=True), REJECTED_ROWS.frame(
            {name: together[name].reset_index(drop=True) for name in REJECTED_ROWS.columns}
        )

    def _code(self, customer_id: str) -> str:
        return self._keys.coder("forgotten")(customer_key(customer_id))

    @cached_property
    def _keys(self) -> InstallationKeys:
        return read_keys(self._secret)


def _among(values: pd.Series, test: Callable[[object], bool]) -> pd.Series:
    distinct = values.dropna().unique()
    return values.isin([value for value in distinct if test(value)]).fillna(False).astype(bool)


def _cells(row: object) -> list[object]:
    cells = json.loads(str(row))
    return list(cells.values()) if isinstance(cells, dict) else cells if isinstance(cells, list) else [cells]
