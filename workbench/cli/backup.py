"""`workbench backup` and `workbench restore`: the whole office into a folder, and back."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from workbench.i18n import _, _n

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def backup(folder: Path, as_json: bool) -> None:
    """Copy database, files, datasets, editions, SOPs and calendar into the new folder DIR, while the office works.

    Exit code 1 when it was refused, or when the history or a file of the office was found damaged (the backup is kept).
    """
    from workbench.services import backup as service
    from workbench.storage import database

    os.umask(0o077)
    database.require_ready()
    made = service.make(folder)
    manifest = made.manifest
    if as_json:
        document = {
            "ok": not made.problems,
            "folder": str(made.folder),
            "made_at": manifest.made_at,
            "database": manifest.database,
            "files": len(manifest.files),
            "bytes": manifest.size,
            "anchors": list(manifest.anchors),
            "manifest_sha256": made.manifest_sha256,
            "problems": list(made.problems),
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo(
            _n("Cadangan {folder}: {n} berkas, {mb} MB.", len(manifest.files)).format(
                folder=made.folder, n=len(manifest.files), mb=-(-manifest.size // 1_000_000)
            )
        )
        click.echo(_("Jangkar riwayat: {anchors}").format(anchors=" ".join(manifest.anchors)))
        _tell(made.problems)
    sys.exit(1 if made.problems else 0)


@click.command()
@click.argument("folder", metavar="DIR", type=_EXISTING)
@click.option("--json", "as_json", is_flag=True, help="Print what was restored as JSON.")
def restore(folder: Path, as_json: bool) -> None:
    """Restore the backup DIR into an empty data folder (WORKBENCH_DATA_DIR), compare every hash, verify the history.

    Exit code 1 when it was refused, or when the restored history is not whole.
    """
    from workbench.services import backup as service
    from workbench.settings import get_settings

    os.umask(0o077)
    restored = service.restore(folder)
    report, manifest = restored.report, restored.manifest
    data = get_settings().data_dir
    if as_json:
        document = {
            "ok": not report.problems,
            "data_dir": str(data),
            "made_at": manifest.made_at,
            "database": manifest.database,
            "files": len(manifest.files),
            "cases": report.cases,
            "events": report.events,
            "anchors": list(manifest.anchors),
            "reference": str(restored.reference or ""),
            "problems": list(report.problems),
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo(
            _("Dipulihkan ke {data}: {cases} perkara, {events} kejadian, keadaan {at}.").format(
                data=data, cases=report.cases, events=report.events, at=manifest.made_at
            )
        )
        if restored.reference:
            click.echo(
                _("SOP dan acuan pada cadangan berbeda dari yang terpasang; salinannya di {path}.").format(
                    path=restored.reference
                )
            )
        _tell(report.problems)
    sys.exit(1 if report.problems else 0)


def _tell(problems: tuple[str, ...]) -> None:
    for problem in problems:
        click.echo(f"  {problem}", err=True)
    if not problems:
        click.echo(_("Riwayat utuh."))
