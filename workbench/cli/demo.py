"""`workbench demo`: the whole main job without a browser, from the agencies' files to a released yearbook."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from workbench import moment
from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.services import audit, demo_story, disseminate, office_clock
from workbench.services.demo_story import ACTS, Story
from workbench.settings import get_settings
from workbench.storage import database, files


@dataclass
class Display:
    """Progress for people on the terminal; silence where JSON is asked for."""

    quiet: bool
    console: Console = field(default_factory=lambda: Console(highlight=False))
    lines: list[tuple[int, str]] = field(default_factory=list)

    def tell(self, act: int, sentence: str) -> None:
        """One thing that happened in an act of the story."""
        self.lines.append((act, sentence))
        if not self.quiet:
            self.console.print(f"[bold]{act}/{ACTS}[/bold] {sentence}", markup=True)


@click.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Copy the released book and its papers here."
)
@click.option(
    "--data", "data_dir", type=click.Path(file_okay=False, path_type=Path), help="Data folder to run in (empty)."
)
@click.option("--from", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Run the chain on a folder of real files instead.")  # fmt: skip
@click.option("--cases", type=click.IntRange(1, 200_000), help="Play this many past cases through the engine and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def demo(out: Path | None, data_dir: Path | None, folder: Path | None, cases: int | None, as_json: bool) -> None:
    """Receive, read, clean, validate, accept, render, approve and release, on synthetic or real files."""
    home = _own_folder(data_dir)
    display = Display(quiet=as_json)
    database.migrate()
    if cases is not None:
        result = _past(cases, display)
    elif folder is not None:
        result = _folder(folder, display)
    else:
        result = _made(demo_story.play(display.tell, to_release=True))
    result["data_dir"] = str(home)
    with database.session() as session:
        problems = audit.verify(session).problems
    if problems:
        raise Refused(_("Catatan kejadian tidak utuh: {problem}").format(problem=problems[0]))
    if out is not None and "draft_id" in result:
        result["files"] = [str(path) for path in _papers(int(result["draft_id"]), out)]
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for path in result.get("files", ()):
        click.echo(path)
    click.echo(_("Selesai. Semua yang dibuat ada di {folder}.").format(folder=home))


def _own_folder(asked: Path | None) -> Path:
    """A demo never mixes with an office's data: it gets a folder of its own, empty at the start."""
    if asked is None:
        root = get_settings().folder("demo")
        stamp = office_clock.local(moment.now()).strftime("%Y%m%d-%H%M%S")
        asked = root / stamp
    if asked.exists() and any(asked.iterdir()):
        raise Refused(_("Folder {folder} tidak kosong; pilih folder lain dengan --data.").format(folder=asked))
    asked.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["WORKBENCH_DATA_DIR"] = str(asked.resolve())
    os.environ.pop("WORKBENCH_DATABASE_URL", None)
    get_settings.cache_clear()
    database.dispose()
    return asked


def _made(story: Story) -> dict[str, Any]:
    return {
        "case_id": story.case_id, "edition": story.edition_id, "draft_id": story.draft_id,
        "release": story.release_path, "accepted": story.accepted, "returned": story.returned,
    }  # fmt: skip


def _past(cases: int, display: Display) -> dict[str, Any]:
    from workbench.services import demo_past

    past = demo_past.play_past(cases=cases, progress=lambda share, step: display.tell(round(share * ACTS), step))
    return {"past": str(past)}


def _folder(folder: Path, display: Display) -> dict[str, Any]:
    from workbench.services import demo_folder

    return demo_folder.play(folder, display.tell)


def _papers(draft_id: int, out: Path) -> list[Path]:
    """The released book, the draft that was decided on, its data and the executed notebook."""
    out.mkdir(parents=True, exist_ok=True)
    with database.session() as session:
        view = disseminate.draft(session, draft_id)
    kept = view.manifest["files"]
    names = {"final": "buku.pdf", "draft": "draf.pdf", "book": "book.json", "notebook": "notebook.ipynb"}
    made = []
    for key, name in names.items():
        target = out / name
        shutil.copyfile(files.path(str(kept[key])), target)
        made.append(target)
    manifest = out / "manifest.json"
    manifest.write_text(json.dumps(dict(view.manifest), ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    return [*made, manifest]
