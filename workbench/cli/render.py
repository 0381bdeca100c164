"""`workbench render`: a publication from a frozen edition, without a browser."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import click

from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.services import disseminate, resume
from workbench.services.render import KINDS, RenderSpec
from workbench.services.render import render as render_files
from workbench.settings import get_settings
from workbench.storage import database

RESUME = "monthly_resume"


@click.command()
@click.argument("kind", type=click.Choice(sorted([*KINDS, RESUME])))
@click.option("--edition", "edition_id", default="", help="Id of a frozen edition, or its folder.")
@click.option("--param", "params", multiple=True, metavar="K=V", help="A parameter of the notebook; may be repeated.")
@click.option("--spec", default=disseminate.DEFAULT_SPEC, show_default=True, help="The book's specification.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the files. Default: data_dir/renders.")
@click.option("--page-size", default="b5", show_default=True, type=click.Choice(["b5", "a4", "a5"]))
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
def render(
    kind: str, edition_id: str, params: tuple[str, ...], spec: str, out: Path | None, page_size: str, as_json: bool,
) -> None:  # fmt: skip
    """Render a publication and write draft.pdf, final.pdf, book.json and manifest.json.

    monthly_resume needs no edition: it is made of the letters and cases of a month (--param month=2026-10, else the
    last whole month) and writes resume.pdf and resume.xlsx.
    """
    values = {}
    for item in params:
        name, equals, value = item.partition("=")
        if not equals:
            raise Refused(_("--param ditulis nama=nilai, bukan {item}.").format(item=item))
        values[name] = value
    if kind == RESUME:
        _resume(values.get("month", ""), out, as_json=as_json)
        return
    if not edition_id:
        raise click.UsageError("Missing option '--edition'.")
    folder = _edition_folder(edition_id)
    target = out or get_settings().folder("renders") / f"{kind}-{folder.name}"
    render_spec = RenderSpec(kind, folder, disseminate.spec_path(spec), values, page_size)
    with tempfile.TemporaryDirectory(prefix="wbrender") as work:
        result = render_files(
            render_spec, Path(work) / "out", progress=lambda share, step: _tell(as_json, share, step),
            cache=get_settings().folder("cache"),
        )  # fmt: skip
        target.mkdir(parents=True, exist_ok=True)
        for path in (result.pdf, result.final, result.book, result.notebook):
            shutil.copyfile(path, target / path.name)
        for name in ("pages", "charts"):
            shutil.rmtree(target / name, ignore_errors=True)
            if (result.folder / name).is_dir():
                shutil.copytree(result.folder / name, target / name)
        body = json.dumps(dict(result.manifest), ensure_ascii=False, indent=1, sort_keys=True)
        (target / "manifest.json").write_text(body, encoding="utf-8")
    if as_json:
        click.echo(json.dumps({"folder": str(target), "pages": result.pages, "manifest": dict(result.manifest)},
                              ensure_ascii=False))  # fmt: skip
    else:
        click.echo(_("{pages} halaman: {path}").format(pages=result.pages, path=target / "draft.pdf"))


def _resume(month_text: str, out: Path | None, *, as_json: bool) -> None:
    database.migrate()
    month = resume.month_of(month_text) if month_text else resume.previous_month()
    with database.session() as session:
        folder = resume.freeze(session, month=month)
    target = out or get_settings().folder("renders") / f"{RESUME}-{month:%Y-%m}"
    made = resume.render(folder, target, progress=lambda share, step: _tell(as_json, share, step))
    paths = {"pdf": str(made.pdf), "xlsx": str(made.xlsx), "notebook": str(made.notebook)}
    click.echo(json.dumps(paths, ensure_ascii=False) if as_json else "\n".join(paths.values()))


def _edition_folder(edition_id: str) -> Path:
    """A folder that holds a manifest, or the folder of an edition the tracker knows."""
    path = Path(edition_id)
    if (path / "manifest.json").is_file():
        return path
    database.migrate()
    with database.session() as session:
        return get_settings().data_dir / disseminate.edition(session, edition_id).folder


def _tell(as_json: bool, share: float, step: str) -> None:
    if not as_json:
        click.echo(f"{round(share * 100):3d} %  {step}", err=True)
