"""The same figures under two names: what a submission would become, against what was accepted of other datasets.

An agency that has two forms to fill in sometimes fills in one of them twice. Each sheet is then right by itself; only
both together show it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
from sqlmodel import Session

from workbench.domain.datasets import RuleKind
from workbench.domain.errors import NotFound, Refused
from workbench.domain.reading import check_across
from workbench.domain.reading.model import Finding, Kind, Severity
from workbench.i18n import _, speaking
from workbench.services.replaying import Replayed
from workbench.storage import clean_store, datasets, submissions
from workbench.storage.tables import DatasetVersionRow

MOST = 5  # versions named in findings of one submission

_log = logging.getLogger(__name__)


def told(session: Session, done: Replayed) -> tuple[Finding, ...]:
    """One warning for each accepted version (the newest of its dataset and year) that has exactly these figures."""
    mine = _data(done.replay.table)
    if mine.num_rows > check_across.MOST_CELLS:
        return ()
    known = check_across.fingerprint(sorted(_values(mine)))
    if known is None:
        return ()
    sheets = mine.column("sheet").unique().to_pylist()
    found: list[Finding] = []
    for version in _others(session, done):
        if not mine.num_rows <= version.rows <= 3 * mine.num_rows:  # it may keep printed totals as well
            continue
        if _fingerprint(version.path, version.parquet_sha256) != known:
            continue
        with speaking("id"):  # findings are kept and go to the agency, so they are worded once
            sentence = _(
                "Semua angka sama persis dengan dataset “{title}” tahun {period} (versi {n}) yang sudah disahkan. "
                "Pastikan bukan salinan dengan nama lain."
            ).format(title=_title(version.dataset_id), period=version.period, n=version.version)
        found.append(Finding("identical_tables", Severity.WARNING, sentence, "", sheets[0], "angka-kembar"))
        if len(found) == MOST:
            break
    return tuple(found)


def _others(session: Session, done: Replayed) -> Iterator[DatasetVersionRow]:
    """The newest version of every other dataset and year. The year before of the same dataset has a rule of its own."""
    dataset, period = done.row.dataset_id, done.row.period
    seen = {(dataset, period)}
    if any(rule.kind is RuleKind.STALE_COPY for rule in done.definition.rules):
        seen.add((dataset, str(int(period) - 1)))
    for row in submissions.versions(session):
        if (row.dataset_id, row.period) not in seen:
            seen.add((row.dataset_id, row.period))
            yield row


@lru_cache(maxsize=4_096)
def _fingerprint(path: str, parquet_sha256: str) -> str | None:
    try:
        table = clean_store.open_version(path, parquet_sha256)
    except (Refused, OSError) as error:  # a damaged version is told by ``audit verify``; it keeps no other file waiting
        _log.warning("version %s is not compared: %s", path, error)
        return None
    return check_across.fingerprint(sorted(_values(_data(table))))


def _data(table: pa.Table) -> pa.Table:
    return table.filter(pc.equal(table.column("kind"), str(Kind.DATA)))


def _values(table: pa.Table) -> list[float]:
    return [value for value in table.column("value").to_pylist() if value is not None]


def _title(dataset_id: str) -> str:
    try:
        return datasets.get(dataset_id).title
    except NotFound:  # no longer among the definitions; its versions stay
        return dataset_id
