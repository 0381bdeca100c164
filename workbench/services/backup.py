"""Backup and restore of the whole office: the database first, then every file it names, checked before it counts.

Files of the data folder are written before the transaction that names them and are never changed, so files copied
after the database hold at least what the database names. A backup appears under its name only when it is whole. A
restore goes into an empty data folder, compares every hash first, and ends with ``audit verify``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, select

from workbench import __version__, moment
from workbench.domain.errors import Refused, WorkbenchError
from workbench.i18n import _
from workbench.services import audit, sign_in
from workbench.settings import get_settings
from workbench.storage import audit_log, backup_files, database, database_copy
from workbench.storage.backup_files import DATA, REFERENCE, CopiedFile, Manifest
from workbench.storage.tables import DatasetVersionRow, EditionRow, FileRow

# Made anew when missing (cache), not received yet (incoming), a rehearsal (demo), a key that works once.
_PASSED_OVER = ("cache", "incoming", "demo", "kunci-siapkan")
_STAGING = ".memulihkan"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. ``problems`` were found in the office itself; they are in the backup as well."""

    folder: Path
    manifest: Manifest
    manifest_sha256: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. ``reference`` is where SOPs and definitions of the backup lie when ours differ."""

    manifest: Manifest
    report: audit.Report
    reference: Path | None


# ---------------------------------------------------------------- backup


def make(folder: Path) -> Made:
    """Copy everything into a new folder; ``Refused`` with a sentence, and nothing left behind, when it cannot be."""
    target = folder.absolute()
    data = get_settings().data_dir.absolute()
    if target.resolve().is_relative_to(data.resolve()):
        raise Refused(_("Cadangan tidak boleh berada di dalam folder data {data}.").format(data=data))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(_("Folder {folder} sudah berisi. Beri nama baru untuk setiap cadangan.").format(folder=folder))
    with _disk_said():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Beside its place, so that the name appears with the whole backup or not at all.
        side = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            made = _fill(side, target)
            side.rename(target)
        finally:
            backup_files.remove(side)
    with database.writing() as session:
        body = {"manifest": made.manifest_sha256, "files": len(made.manifest.files), "bytes": made.manifest.size}
        audit_log.append(session, "system", "backup.made", body)
    return made


def _fill(side: Path, target: Path) -> Made:
    kind, made_at = database_copy.kind(), moment.now().isoformat(timespec="seconds")
    if kind == "sqlite":
        place = side / database_copy.SQLITE_FILE
        database_copy.copy_sqlite(place)
        with database_copy.reading_copy(place) as session:
            report, named = audit.verify(session), _named_files(session)
    else:
        # What is committed now is in the dump that begins afterwards.
        with database.session() as session:
            report, named = audit.verify(session), _named_files(session)
        place = side / database_copy.POSTGRES_FILE
        database_copy.dump_postgres(place)
    settings = get_settings()
    own_database = [Path(f"{database_copy.sqlite_path()}{end}") for end in ("", "-wal", "-shm", "-journal")]
    avoid = [settings.data_dir / name for name in _PASSED_OVER]
    copied = [backup_files.measured(place, side)]
    copied += backup_files.copy_tree(
        settings.data_dir, side / DATA, side, [*avoid, *(own_database if kind == "sqlite" else [])]
    )
    copied += backup_files.copy_tree(settings.reference_dir, side / REFERENCE, side, [settings.data_dir])
    anchors = (
        audit.anchor_text("event", report.event_anchor),
        audit.anchor_text("audit", report.audit_anchor),
    )
    manifest = Manifest(made_at, __version__, kind, place.name, anchors, tuple(copied))
    digest = backup_files.write_manifest(side, manifest)
    return Made(target, manifest, digest, (*report.problems, *_missing(named, copied)))


def _named_files(session: Session) -> list[tuple[str, str]]:
    """(place in the data folder, SHA-256) of every file that the database names."""
    found = [(f"files/{sha[:2]}/{sha[2:]}", sha) for sha in session.exec(select(FileRow.sha256))]
    found += [(f"{row.path}/data.parquet", row.parquet_sha256) for row in session.exec(select(DatasetVersionRow))]
    found += [(f"{row.folder}/manifest.json", row.manifest_sha256) for row in session.exec(select(EditionRow))]
    return found


def _missing(named: Sequence[tuple[str, str]], copied: Sequence[CopiedFile]) -> list[str]:
    there = {file.path: file.sha256 for file in copied}
    return [
        f"{path}: is named by the database but {'differs' if f'{DATA}/{path}' in there else 'is missing'}"
        for path, digest in named
        if there.get(f"{DATA}/{path}") != digest
    ]


# ---------------------------------------------------------------- restore


def restore(folder: Path) -> Restored:
    """Restore a backup into the empty data folder of the settings (and, for PostgreSQL, the empty database).

    Nothing is written unless the backup is as it was made. Everybody has to log in again, and one-time links that the
    backup still holds no longer work.
    """
    manifest, digest = backup_files.read_manifest(folder)
    _is_wanted(manifest)
    wrong = backup_files.differences(folder, manifest)
    if wrong:
        raise Refused(
            _("Cadangan ini tidak lagi seperti saat dibuat, jadi tidak dipulihkan: {wrong}").format(
                wrong="; ".join([*wrong[:_NAMED], *(["…"] if len(wrong) > _NAMED else [])])
            )
        )
    with _disk_said():
        _lay_out(folder, manifest)
    database.dispose()
    database.migrate()
    with database.writing() as session:
        sign_in.end_all(session)
        body = {"made_at": manifest.made_at, "manifest": digest}
        audit_log.append(session, "system", "backup.restored", body)
    with database.session() as session:
        report = audit.verify(session, manifest.anchors)
    return Restored(manifest, report, _kept_reference(manifest))


def _is_wanted(manifest: Manifest) -> None:
    """Does the backup fit the place it is to be restored to?"""
    data = get_settings().data_dir
    if data.exists() and any(entry.name != _STAGING for entry in data.iterdir()):
        raise Refused(
            _("Folder data {data} sudah berisi. Pulihkan ke folder kosong: setel WORKBENCH_DATA_DIR.").format(data=data)
        )
    if manifest.database != database_copy.kind():
        raise Refused(
            _("Cadangan ini dari basis data {theirs}, sedangkan WORKBENCH_DATABASE_URL menunjuk {ours}.").format(
                theirs=manifest.database, ours=database_copy.kind()
            )
        )
    if manifest.database == "sqlite":
        taken = database_copy.sqlite_path().exists()
    else:
        taken = not database_copy.postgres_is_empty()
    if taken:
        raise Refused(_("Basis data tujuan sudah berisi. Pulihkan ke basis data yang kosong."))


def _lay_out(folder: Path, manifest: Manifest) -> None:
    """Files and database into their places: first beside, then by renaming, the database at the very end."""
    data = get_settings().data_dir
    backup_files.make_folder(data, data.parent)
    staging = data / _STAGING
    backup_files.remove(staging)
    staging.mkdir(mode=0o700)
    try:
        for file in manifest.files:
            if file.path.startswith(f"{DATA}/"):
                place = staging / file.path.removeprefix(f"{DATA}/")
            elif file.path.startswith(f"{REFERENCE}/"):
                place = staging / _reference_name(manifest) / file.path.removeprefix(f"{REFERENCE}/")
            elif manifest.database == "sqlite":
                place = staging / database_copy.SQLITE_FILE
            else:
                continue
            if backup_files.copy(folder / file.path, place, staging).sha256 != file.sha256:
                raise Refused(_("Berkas {path} berubah selagi disalin; pemulihan dibatalkan.").format(path=file.path))
        if manifest.database == "postgresql":
            database_copy.load_postgres(folder / manifest.database_file)
        elif database_copy.sqlite_path() != data / database_copy.SQLITE_FILE:
            (staging / database_copy.SQLITE_FILE).rename(database_copy.sqlite_path())
        backup_files.move_into(staging, data, last=database_copy.SQLITE_FILE)
    finally:
        backup_files.remove(staging)


def _reference_name(manifest: Manifest) -> str:
    return f"acuan-{manifest.made_at[:10]}"


def _kept_reference(manifest: Manifest) -> Path | None:
    """SOPs and definitions of the backup, kept beside the data where the office's present ones are others."""
    kept = get_settings().data_dir / _reference_name(manifest)
    ours = get_settings().reference_dir
    wanted = {f.path.removeprefix(f"{REFERENCE}/"): f for f in manifest.files if f.path.startswith(f"{REFERENCE}/")}
    same = all(
        (ours / path).is_file() and backup_files.measured(ours / path, ours).sha256 == file.sha256
        for path, file in wanted.items()
    )
    if same:
        backup_files.remove(kept)
        return None
    return kept


@contextmanager
def _disk_said() -> Iterator[None]:
    """What the operating system refuses (no room, no right) becomes a sentence."""
    try:
        yield
    except WorkbenchError:
        raise
    except OSError as error:
        raise Refused(
            _("Berkas tidak dapat ditulis atau dibaca: {reason} ({path}). Tidak ada yang berubah.").format(
                reason=error.strerror or error, path=error.filename or "-"
            )
        ) from error
