"""SOP files: ``data/sop/*.yaml`` read with line numbers, so that every slip is named where it stands."""

from __future__ import annotations

from pathlib import Path

from workbench.domain.places import Place, line_of
from workbench.domain.sop import Sop
from workbench.domain.sop_lint import lint
from workbench.domain.sop_lint_model import LintProblem
from workbench.i18n import _
from workbench.storage import sop_document, yaml_lines
from workbench.storage.sop_document import BadSop
from workbench.storage.yaml_lines import BadYaml


def load_sop(source: Path | str) -> Sop:
    """The SOP in a file (a path) or in a YAML text; ``BadSop`` names file, line and rule of every slip."""
    return load_with_lines(source)[0]


def load_with_lines(source: Path | str) -> tuple[Sop, dict[Place, int]]:
    """The SOP and the line of every place of its document, as ``sop_lint.lint`` wants them."""
    name = source.name if isinstance(source, Path) else _("naskah")
    text = _text_of(source, name)
    try:
        document = yaml_lines.parse(text, name, as_written=True)
    except BadYaml as error:
        raise BadSop(name, [LintProblem(error.rule, _sentence(error.problem), line=error.line)]) from error
    if document.data is None:
        raise BadSop(name, [LintProblem("schema", _("Berkas ini kosong."), line=1)])
    problems: list[LintProblem] = []

    def report(place: Place, message: str) -> None:
        problems.append(LintProblem("schema", message, line=line_of(document.lines, place)))

    sop = sop_document.read(document.data, report)
    if problems:
        raise BadSop(name, problems)
    assert sop is not None
    return sop, document.lines


def load_all(folder: Path) -> list[Sop]:
    """All SOPs of a folder by file name. Refuses two files with one id, and any SOP with lint errors."""
    sops: list[Sop] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        sop, lines = load_with_lines(path)
        errors = [problem for problem in lint(sop, lines) if problem.severity == "error"]
        if sop.id in seen:
            message = _("Id {id} sudah dipakai berkas {file}.").format(id=sop.id, file=seen[sop.id])
            errors.append(LintProblem("id_duplicate", message, line=lines.get(("id",))))
        if errors:
            raise BadSop(path.name, errors)
        seen[sop.id] = path.name
        sops.append(sop)
    return sops


def _text_of(source: Path | str, name: str) -> str:
    if isinstance(source, str):
        return source
    try:
        return source.read_text(encoding="utf-8")
    except OSError as error:
        message = _("Berkas tidak dapat dibuka: {reason}.").format(reason=error.strerror or error)
        raise BadSop(name, [LintProblem("file", message)]) from error
    except UnicodeDecodeError as error:
        raise BadSop(name, [LintProblem("file", _("Berkas bukan teks UTF-8."))]) from error


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
