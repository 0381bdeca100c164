"""What one replay works with: a DuckDB of its own, the reading, the recipe, and the row of views its steps make."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from workbench.domain.datasets import DatasetDefinition
from workbench.domain.label_paths import Meanings, Paths
from workbench.domain.labels import Vocabulary
from workbench.domain.recipe_steps import Step
from workbench.domain.recipes import Recipe
from workbench.settings import get_settings
from workbench.storage.readings import TidyReading
from workbench.storage.replay.model import CorrectionResult, Question, ReplayFailed

_LIMITS: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "2GB",
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@contextmanager
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A private in-memory DuckDB without access to files or network; what does not fit into its memory is put aside in
    a folder of its own, which goes with it."""
    with tempfile.TemporaryDirectory(prefix="replay-", dir=get_settings().folder("cache")) as aside:
        con = duckdb.connect(":memory:", config={**_LIMITS, "temp_directory": aside})
        yield from _closed(con)


def _closed(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        con.execute("SET enable_external_access = false")  # after temp_directory, which it locks
        yield con
    finally:
        con.close()


@dataclass
class Work:
    """What one replay carries from step to step."""

    con: duckdb.DuckDBPyConnection
    reading: TidyReading
    recipe: Recipe
    definition: DatasetDefinition
    vocabulary: Vocabulary
    period: str
    table: str = "s00_observations"
    count: int = 0
    axes: dict[int, str] = field(default_factory=dict)
    meanings: dict[tuple[str, int], Meanings] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    corrections: list[CorrectionResult] = field(default_factory=list)
    reread: set[tuple[str, str]] = field(default_factory=set)
    picked: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    addresses: NDArray[Any] | None = None

    def run(self, step: Step, select: str) -> None:
        """Make the next named view from the present one (``{prev}`` in the statement)."""
        self.count += 1
        name = f"s{self.count:02d}_{step.do}"
        try:
            self.con.execute(f"CREATE TEMP VIEW {name} AS {select.replace('{prev}', self.table)}")
        except duckdb.Error as error:
            raise ReplayFailed(f"step {step.id} ({name}): {error}") from error
        self.table = name

    def note(self, step: Step) -> str:
        """SQL that adds the step to a row's lineage: one sign a step, spelled out at the end (``outcome``)."""
        return f"concat(steps, {quoted(self.sign(step))})"

    def sign(self, step: Step) -> str:
        """The sign that stands for a step in a row's lineage."""
        if step.id not in self.notes:
            self.notes.append(step.id)
        return self.sign_of(self.notes.index(step.id))

    @staticmethod
    def sign_of(number: int) -> str:
        """The sign of the step that was noted as number so and so."""
        return chr(_FIRST_SIGN + number if number < _SHORT_SIGNS else _LONG_SIGN + number)

    def lookup(self, name: str, columns: dict[str, tuple[str, Sequence[Any] | NDArray[Any]]]) -> str:
        """A small table for the coming step; views are computed late, so each step has its own. Gives its name."""
        return self.load(f"{name}_{self.count + 1:02d}", columns)

    def load(self, name: str, columns: dict[str, tuple[str, Sequence[Any] | NDArray[Any]]]) -> str:
        """A small table from Python values or arrays; gives its name."""
        types = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
        arrow = pa.table({c: pa.array(values, types[kind]) for c, (kind, values) in columns.items()})
        self.con.register("incoming", arrow)
        self.con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM incoming")
        self.con.unregister("incoming")
        return name

    def paths(self, axis: str) -> Paths:
        """All header paths of an axis."""
        return self.reading.rows if axis == "row" else self.reading.columns

    def column(self, name: str) -> NDArray[np.int64]:
        """A number column of the observations."""
        return np.asarray(self.reading.observations.column(name).to_numpy())

    def cells(self, seqs: NDArray[np.int64]) -> tuple[str, ...]:
        """The addresses of these observations, in the order of the sheet. Every text is made once, whoever names it."""
        if self.addresses is None:
            self.addresses = self.reading.observations.column("cell").to_numpy()
        return tuple(self.addresses[np.sort(seqs)].tolist())

    def lines(self, table_no: int, axis: str) -> NDArray[np.int64]:
        """The numbers of a table's header paths, in order."""
        present = np.zeros(len(self.paths(axis)), bool)
        present[self.column("row_id" if axis == "row" else "col_id")[self.column("table_no") == table_no]] = True
        return np.flatnonzero(present)


_FIRST_SIGN, _SHORT_SIGNS, _LONG_SIGN = 0x21, 90, 0x100 - 90  # ASCII first: a dozen signs of it need no memory


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
