"""Rendering a publication: a pure function of files, run in a process that ends afterwards.

notebook + parameters + frozen edition → executed notebook → book.json and SVG → PDF and page pictures. What the input
was is hashed into two keys: ``exec_key`` (notebook code, parameters, edition, specification, our code, packages)
decides whether a kernel has to run, ``render_key`` (book, template, fonts, typesetter) whether Typst has to. All times
printed come from the edition, so the same input gives the same bytes on every day.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from workbench import __version__, i18n, moment
from workbench.domain.errors import Refused
from workbench.i18n import _
from workbench.reporting import theme, typeset
from workbench.reporting.assemble import Book, assemble
from workbench.reporting.edition import Edition, sha256_of
from workbench.services import kernel
from workbench.services.kernel import Progress
from workbench.settings import CHECKOUT

NOTEBOOKS = CHECKOUT / "notebooks"
KINDS: dict[str, str] = {"yearbook": "yearbook.ipynb"}
"""Publications that can be rendered, with the reviewed notebook of each."""

RESERVED = ("edition_dir", "spec_path")
_PACKAGES = ("papermill", "nbclient", "ipykernel", "duckdb", "typst", "vl-convert-python", "babel", "nbformat")
_CELL_SECONDS = 120


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """What is rendered. ``parameters`` are those a person may choose; folders are set by the render itself."""

    kind: str
    edition_dir: Path
    spec_path: Path
    parameters: Mapping[str, Any]
    page_size: str = theme.DEFAULT_PAGE_SIZE
    notebook: Path | None = None

    @property
    def notebook_path(self) -> Path:
        """The reviewed notebook of this kind; ``Refused`` for a kind we do not render."""
        if self.notebook is not None:
            return self.notebook
        if self.kind not in KINDS:
            raise Refused(
                _("Publikasi {kind} tidak dikenal. Yang ada: {known}.").format(
                    kind=self.kind, known=", ".join(sorted(KINDS))
                )
            )
        return NOTEBOOKS / KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class RenderResult:
    """The files of a rendered draft. ``pdf`` bears the DRAF mark, ``final`` is the same book without it."""

    folder: Path
    pdf: Path
    final: Path
    book: Path
    notebook: Path
    thumbnails: tuple[Path, ...]
    manifest: Mapping[str, Any]
    exec_cached: bool
    render_cached: bool

    @property
    def pages(self) -> int:
        """How many pages the draft has."""
        return len(self.thumbnails)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _package_versions() -> dict[str, str]:
    return {"python": platform.python_version(), "workbench": __version__, **{n: version(n) for n in _PACKAGES}}


def _code_sha256() -> str:
    """A hash over our own code that makes blocks and books."""
    root = CHECKOUT / "workbench"
    files = [*sorted((root / "reporting").rglob("*.py")), root / "domain" / "reading" / "model.py"]
    return _digest([(path.relative_to(root).as_posix(), sha256_of(path)) for path in files])


def _lock_sha256() -> str:
    lock = CHECKOUT / "requirements.lock"
    return sha256_of(lock) if lock.exists() else ""


def _git(*arguments: str) -> str:
    """What git says of the checkout, or nothing: an installed package has no repository, and that is no error."""
    if shutil.which("git") is None:
        return ""
    answer = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=10)
    return answer.stdout.strip() if answer.returncode == 0 else ""


def exec_key(spec: RenderSpec, edition: Edition, parameters: Mapping[str, Any]) -> str:
    """What decides whether the notebook has to run."""
    return _digest(
        spec.kind, kernel.code_sha256(spec.notebook_path), dict(parameters), edition.manifest_sha256,
        sha256_of(spec.spec_path), spec.page_size, _code_sha256(), typeset.fonts_sha256(), _lock_sha256(),
        _package_versions(),
    )  # fmt: skip


def render(
    spec: RenderSpec, out: Path, *, progress: Progress, cache: Path | None = None, cell_seconds: int = _CELL_SECONDS
) -> RenderResult:
    """Render into ``out`` (made, must be empty). ``progress(share, step)`` is called as the work goes on.

    Raises ``Refused`` for a wrong parameter or a changed edition, ``RenderFailed`` when notebook or typesetting fails.
    Call it only in a process that ends afterwards.
    """
    if spec.page_size not in theme.PAGE_SIZES:
        raise Refused(_("Ukuran halaman {size} tidak dikenal.").format(size=spec.page_size))
    started = moment.now()
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    progress(0.02, _("Memeriksa edisi"))
    declared = kernel.parameters(spec.notebook_path)
    chosen = {name: value for name, value in declared.items() if name not in RESERVED}
    parameters = kernel.check_parameters(chosen, spec.parameters)
    with Edition.open(spec.edition_dir) as edition:
        key = exec_key(spec, edition, parameters)
        book, executed, exec_cached = _book(spec, edition, parameters, key, out, cache, progress, cell_seconds)
        with i18n.speaking(book.data["meta"]["language"]):
            production = _production(spec, edition, book, key)
        stamp = int(edition.frozen_at.timestamp())
        versions = list(edition.versions)
        edition_facts = {"id": edition.manifest["id"], "manifest_sha256": edition.manifest_sha256}
    progress(0.78, _("Menata halaman"))
    second = _digest(
        book.sha256, typeset.template_sha256(), typeset.fonts_sha256(), typeset.typst_version(), stamp,
        list(production.facts), list(production.versions),
    )  # fmt: skip
    render_cached = _pages(book, production, stamp, second, out, cache, progress)
    pdf, final = out / "draft.pdf", out / "final.pdf"
    manifest = {
        "schema": 1, "kind": spec.kind, "edition": edition_facts, "parameters": parameters,
        "page_size": spec.page_size, "language": book.data["meta"]["language"],
        "notebook": {
            "name": spec.notebook_path.name, "sha256": sha256_of(spec.notebook_path),
            "code_sha256": kernel.code_sha256(spec.notebook_path), "revision": _git("rev-parse", "HEAD"),
            "changed": bool(_git("status", "--porcelain", "--", str(spec.notebook_path))),
        },
        "specification_sha256": sha256_of(spec.spec_path),
        "template_sha256": typeset.template_sha256(), "fonts_sha256": typeset.fonts_sha256(),
        "lock_sha256": _lock_sha256(), "packages": _package_versions(),
        "exec_key": key, "render_key": second,
        "datasets": [
            {"dataset": v.dataset, "period": v.period, "version": v.version, "sha256": v.sha256, "rows": v.rows}
            for v in versions
        ],
        "tables": typeset.value_hashes(book.data),
        "files": {
            "draft": sha256_of(pdf), "final": sha256_of(final), "book": book.sha256, "notebook": sha256_of(executed),
        },
        "started": started.isoformat(), "finished": moment.now().isoformat(), "host": platform.node(),
    }  # fmt: skip
    thumbnails = tuple(sorted((out / "pages").glob("*.png")))
    progress(0.95, _("Menyimpan draf"))
    return RenderResult(out, pdf, final, book.path, executed, thumbnails, manifest, exec_cached, render_cached)


def _book(
    spec: RenderSpec,
    edition: Edition,
    parameters: Mapping[str, Any],
    key: str,
    out: Path,
    cache: Path | None,
    progress: Progress,
    cell_seconds: int,
) -> tuple[Book, Path, bool]:
    """The book of this edition: from the cache, or by running the notebook."""
    executed = out / "executed.ipynb"
    kept = cache / "exec" / key if cache else None
    if kept is not None and _take(kept, out, ("executed.ipynb", "book.json", "charts")):
        body = (out / "book.json").read_bytes()
        return Book(json.loads(body), out / "book.json", hashlib.sha256(body).hexdigest()), executed, True
    values = {**parameters, "edition_dir": str(spec.edition_dir.resolve()), "spec_path": str(spec.spec_path.resolve())}
    kernel.execute(
        spec.notebook_path, executed, values, cell_seconds=cell_seconds,
        progress=lambda share, step: progress(0.05 + 0.6 * share, step),
    )  # fmt: skip
    progress(0.68, _("Menggambar diagram"))
    book = assemble(executed, out, spec.page_size)
    if kept is not None:
        _keep(kept, out, ("executed.ipynb", "book.json", "charts"))
    return book, executed, False


def _pages(
    book: Book,
    production: typeset.Production,
    stamp: int,
    key: str,
    out: Path,
    cache: Path | None,
    progress: Progress,
) -> bool:
    """PDF with and without the DRAF mark, and a picture of every page; True when all of it was kept already."""
    parts = ("draft.pdf", "final.pdf", "pages")
    kept = cache / "render" / key if cache else None
    if kept is not None and _take(kept, out, parts):
        return True
    (out / "draft.pdf").write_bytes(typeset.typeset(book, out, production, draft=True, timestamp=stamp))
    (out / "final.pdf").write_bytes(typeset.typeset(book, out, production, draft=False, timestamp=stamp))
    progress(0.88, _("Membuat gambar halaman"))
    (out / "pages").mkdir(exist_ok=True)
    for number, picture in enumerate(typeset.previews(book, out, production, draft=True, timestamp=stamp), 1):
        (out / "pages" / f"{number:04d}.png").write_bytes(picture)
    if kept is not None:
        _keep(kept, out, parts)
    return False


def _production(spec: RenderSpec, edition: Edition, book: Book, key: str) -> typeset.Production:
    """The production note: only what is the same whenever and wherever the book is rendered."""
    versions = _package_versions()
    facts = [
        (_("Edisi"), str(edition.manifest["id"])),
        (_("Manifes edisi"), edition.manifest_sha256),
        (_("Isi buku (book.json)"), book.sha256),
        (_("Notebook"), f"{spec.notebook_path.name} {sha256_of(spec.notebook_path)}"),
        (_("Spesifikasi"), f"{spec.spec_path.name} {sha256_of(spec.spec_path)}"),
        (_("Templat"), typeset.template_sha256()),
        (_("Huruf"), typeset.fonts_sha256()),
        (_("Kunci penyusunan"), key),
        (_("Perangkat lunak"), ", ".join(f"{name} {number}" for name, number in versions.items())),
    ]
    rows: Sequence[tuple[str, str, str, str, str]] = [
        (v.dataset, v.period, str(v.version), str(v.rows), v.sha256[:16]) for v in edition.versions
    ]
    return typeset.Production(facts, rows)


def _take(kept: Path, out: Path, names: Sequence[str]) -> bool:
    """Copy a kept result; a result is whole or absent, because it was renamed into place."""
    if not kept.is_dir():
        return False
    for name in names:
        source = kept / name
        if source.is_dir():
            shutil.copytree(source, out / name, dirs_exist_ok=True)
        elif source.exists():
            shutil.copyfile(source, out / name)
    return True


def _keep(kept: Path, out: Path, names: Sequence[str]) -> None:
    building = kept.with_name(f".{kept.name}.{uuid4().hex}")
    building.mkdir(parents=True, mode=0o700)
    for name in names:
        if (out / name).is_dir():
            shutil.copytree(out / name, building / name)
        elif (out / name).exists():
            shutil.copyfile(out / name, building / name)
    try:
        building.rename(kept)
    except OSError:
        shutil.rmtree(building)  # another render kept the same result first
