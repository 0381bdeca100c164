"""Act 2 of a folder run: every file is kept and read; from each of its tables a dataset and its recipe are derived."""

from __future__ import annotations

from pathlib import Path

import yaml

from workbench.domain.ad_hoc import derive
from workbench.domain.ad_hoc_labels import title_of
from workbench.domain.ad_hoc_model import Derived, Known
from workbench.domain.errors import Refused, UnreadableFile, WorkbenchError
from workbench.domain.file_names import safe_name
from workbench.domain.labels import years_in
from workbench.domain.people import Role
from workbench.domain.reading.model import TableReading
from workbench.domain.recipe_steps import MapColumns, MapRows, PickTable
from workbench.domain.recipes import Recipe, default_recipe
from workbench.i18n import _
from workbench.services import collect, demo_office, people, recipe_desk
from workbench.services.demo_folder_run import OPERATOR, Intake, Run, Sending, Taken
from workbench.storage import database, datasets, files, readings


def keep(run: Run, folder: Path) -> None:
    """The bytes of every file are kept, then read, and definitions are derived from what was read."""
    found = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not found:
        raise Refused(_("Folder {folder} tidak berisi berkas.").format(folder=folder))
    for number, path in enumerate(found, 1):
        name = path.relative_to(folder).as_posix()
        stored = files.put(path.read_bytes())
        intake = Intake(name, stored.sha256, f"9.01.{number:02d}", stored.size)
        run.intakes.append(intake)
        _read(run, intake)
    _senders(run)
    for intake in run.intakes:
        _define(run, intake)
    run.tell(2, _("{n} berkas disimpan utuh; {tables} tabel terbaca, {derived} definisi data diturunkan.").format(
        n=len(run.intakes), tables=sum(len(i.tables) for i in run.intakes),
        derived=sum(t.derived is not None for i in run.intakes for t in i.tables)))  # fmt: skip


def _read(run: Run, intake: Intake) -> None:
    try:
        found = collect.read_stored(intake.sha256, safe_name(intake.name))
    except UnreadableFile as error:
        intake.refusal = str(error)
        return
    intake.findings = found.findings
    whole = readings.untidy(found)
    named = years_in(Path(intake.name).stem.replace("_", " "))
    of_file = collect.named_years(found)
    for number, table in enumerate(whole.tables):
        mine = collect.years_of_table(found, number)
        years, source = next(
            (y, s) for y, s in (
                (mine, "title"), (of_file, "title"), (named, "title"), (frozenset({run.default_year}), "default"),
            ) if y
        )  # fmt: skip
        _derive(run, intake, number, table, years, source)
    if not whole.tables:
        intake.refusal = _("Berkas ini tidak memuat satu angka pun. Berkas tetap disimpan.")


def _derive(run: Run, intake: Intake, number: int, table: TableReading, years: frozenset[str], source: str) -> None:
    whole = Path(intake.name).stem.replace("_", " ")
    called = Path(safe_name(intake.name)).stem.replace("_", " ").strip()  # a long name is cut there
    title = title_of(whole if table.title.strip() in ("", called) else table.title)
    known = Known(
        id=run.ids.take(title, joint="-"),
        title=title,
        opd_code=intake.opd_code,
        source=_source(table, intake.name),
        years=years,
        year_from=source,
        lists=run.lists,
    )
    try:
        for derived in derive(table, known):
            intake.tables.append(Taken(number, title, table.sheet, derived=derived))
    except Refused as error:
        intake.tables.append(Taken(number, title, table.sheet, problem=str(error)))


def _senders(run: Run) -> None:
    """Each file has a sender of its own, so that it has a case of its own; one operator sends for all of them."""
    with database.writing() as session:
        number = people.add_person(session, username=OPERATOR, name=_("Pengirim berkas"), by=demo_office.ACTOR)
        for intake in run.intakes:
            people.add_opd(
                session, code=intake.opd_code, name=_("Pengirim {file}").format(file=Path(intake.name).name),
                short_name=Path(intake.name).stem[:24], by=demo_office.ACTOR,
            )  # fmt: skip
            people.assign(
                session, person_id=number, role=Role.PRODUCER_STAFF, title=_("Pengirim berkas"),
                opd_code=intake.opd_code, by=demo_office.ACTOR,
            )  # fmt: skip
    with database.session() as session:
        run.cast[OPERATOR] = people.person(session, number)


def _define(run: Run, intake: Intake) -> None:
    """Write the definitions and recipes; a definition that breaks a rule is told, like any other problem."""
    for taken in [t for t in intake.tables if t.derived is not None]:
        derived = taken.derived
        assert derived is not None
        try:
            text = yaml.safe_dump(dict(derived.definition), sort_keys=False, allow_unicode=True, width=110)
            datasets.definition(text, f"{taken.dataset_id}.yaml")
            datasets.write_own("datasets", taken.dataset_id, text)
            recipe = _recipe(taken, derived, several=len(intake.tables) > 1)
            reason = _("Diturunkan dari label berkas {file}.").format(file=intake.name)
            with database.writing() as session:
                recipe_desk.save_recipe(session, recipe=recipe, by=run.cast["statistisi"], reason=reason)
        except WorkbenchError as error:
            taken.problem, taken.derived = str(error), None
            continue
        taken.sendings = [Sending(taken.dataset_id, period) for period in derived.periods]
    if not any(t.derived for t in intake.tables):
        intake.fallback = Sending(_bare(run, intake), run.default_year)


def _bare(run: Run, intake: Intake) -> str:
    """The definition under which a file is received of which nothing can be derived."""
    name = run.ids.take(Path(intake.name).stem, joint="-")
    plain = {
        "id": name, "title": title_of(Path(intake.name).stem) or name, "title_en": "", "opd_code": intake.opd_code,
        "chapter": "1", "unit": "", "source": Path(intake.name).name,
        "indicators": [{"code": "isi", "label": _("Isi berkas"), "unit": ""}],
    }  # fmt: skip
    datasets.write_own("datasets", name, yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))
    return name


def _source(table: TableReading, name: str) -> str:
    """Who is named under the table: the source the file itself names, else the file."""
    named = " ".join((table.source or "").split())
    for word in ("sumber/ source :", "sumber/source:", "sumber :", "sumber:", "source :", "source:"):
        if named.casefold().startswith(word):
            named = named[len(word) :].strip()
    file = Path(name).name
    return f"{named[:160]} ({file})" if named else file


def _recipe(taken: Taken, derived: Derived, *, several: bool) -> Recipe:
    """The dataset's recipe: the default steps, with the meaning of every label of the file written down."""
    definition = datasets.get(taken.dataset_id)
    recipe = default_recipe(definition)
    for step in recipe.steps:
        if isinstance(step, MapRows):
            recipe = recipe.with_step(MapRows(step.id, step.targets, derived.rows))
        elif isinstance(step, MapColumns):
            recipe = recipe.with_step(MapColumns(step.id, step.targets, derived.columns))
        elif isinstance(step, PickTable) and several:
            recipe = recipe.with_step(PickTable(step.id, sheet=taken.sheet, title=""))
    return recipe
