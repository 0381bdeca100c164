"""Periksa: may this submission be accepted?"""

from uuid import uuid4

import streamlit as st

from workbench.domain.datasets import SymbolMeaning
from workbench.domain.people import Role
from workbench.i18n import N_, _, _n
from workbench.services import acceptance, case_link, checks, people, recipe_desk
from workbench.services.checks import CheckResult
from workbench.ui import access, feedback, frame, theme, words
from workbench.ui.components import case_turn, finding_list, open_submission, recipe_view
from workbench.ui.dialogs import dialog
from workbench.ui.resources import reading, writing

person = access.require(Role.STAFF, Role.SECTION_HEAD)

submission = open_submission.opened(
    _("Periksa"), _("Temuan menurut tingkatnya, empat gerbang, lalu sahkan atau kembalikan.")
)
submission_id = submission.id
here = {"kiriman": str(submission_id)}
with feedback.shown_errors() as found, reading() as session:
    result = checks.result_of(session, submission_id=submission_id)
    table = checks.rows_of(session, submission_id=submission_id) if not result.refusal else None
    recipe = recipe_desk.recipe_of(session, dataset_id=submission.dataset_id)
    names = people.names(session, {f.decided_by for f in result.findings if f.decided_by})
if not found.ok:
    st.stop()

undecided = submission.status == "checked"
turn = None
if undecided and submission.case_id:
    with reading() as session:
        turn = case_link.turn(session, submission.case_id)
frame.header(
    f"{submission.dataset_title} · {submission.period}",
    _("Putaran {round} · {file} · tanda terima {receipt}").format(
        round=submission.round, file=words.plain(submission.file_name), receipt=submission.receipt
    ),
)
with st.container(horizontal=True, vertical_alignment="center"):
    theme.badge(submission.status)
    st.markdown(f"[{_('Unduh berkas asli')}](/berkas/{submission.file_sha256})", width="content")
    frame.page_link(
        "pages/process/read.py", label=_("Lihat pembacaan lembar"), query_params=here,
        icon=":material/table_view:",
    )  # fmt: skip
    if submission.case_id:
        frame.page_link(
            "pages/track/case.py", label=_("Buka perkara"), query_params={"case": str(submission.case_id)},
            icon=":material/route:",
        )  # fmt: skip
if submission.status == "returned":
    st.info(
        _("Dikembalikan ke OPD dengan catatan: {note}").format(note=words.plain(submission.return_note)),
        icon=":material/undo:",
    )
    st.markdown(f"[{_('Unduh daftar perbaikan (XLSX)')}](/perbaikan/{submission_id})")
if result.refusal:
    st.error(result.refusal, icon=":material/block:")
    st.stop()


def gates(check: CheckResult) -> None:
    """The four gates, each with what still stands in the way."""
    lines = [
        (check.errors == 0, _("Tidak ada kesalahan"), _("{n} kesalahan").format(n=check.errors)),
        (check.open_warnings == 0, _("Peringatan beralasan"), _("{n} tanpa alasan").format(n=check.open_warnings)),
        (not check.questions, _("Label dan tanda jelas"), _("{n} pertanyaan").format(n=len(check.questions))),
        (check.rows > 0, _("Ada data"), _("tidak ada baris")),
    ]
    columns = st.columns(4)
    for column, (passed, name, problem) in zip(columns, lines, strict=True):
        with column, st.container(border=True, gap="xsmall", height="stretch"):
            st.markdown(f"**{name}**")
            st.markdown(
                f":green-badge[:material/check_circle: {_('terbuka')}]"
                if passed
                else f":red-badge[:material/block: {problem}]"
            )


def idem(what: str) -> str:
    return st.session_state.setdefault(f"idem-{what}-{submission_id}-{result.sha256}", uuid4().hex)


def accept() -> None:
    with feedback.shown_errors(later=True) as done, writing() as session:
        version = acceptance.accept(
            session, submission_id=submission_id, by=access.require(Role.STAFF, Role.SECTION_HEAD),
            seen_sha256=result.sha256, idem=idem("accept"),
        )  # fmt: skip
    if done.ok:
        feedback.flash(
            _n("Disahkan sebagai versi {version}: {rows} angka, SHA-256 {sha}…", version.rows).format(
                version=version.version, rows=version.rows, sha=version.parquet_sha256[:16]
            )
        )


@dialog(N_("Kembalikan ke OPD"), width="large")
def give_back() -> None:
    with reading() as session:
        cells = acceptance.cells_to_return(session, submission_id=submission_id)
    st.markdown(_n("{n} temuan berikut dikirim ke OPD bersama catatan Anda.", len(cells)).format(n=len(cells)))
    if cells:
        st.table(
            [
                {_("Lembar"): words.plain(c["sheet"]), _("Sel"): c["cell"], _("Temuan"): words.plain(c["message"])}
                for c in cells
            ],
            hide_index=True, height=min(320, 60 + 60 * len(cells)),
        )  # fmt: skip
    note = st.text_area(_("Catatan untuk OPD"), placeholder=_("Apa yang perlu diperbaiki, dan sampai kapan."))
    if st.button(_("Kembalikan"), type="primary", icon=":material/undo:"):
        with feedback.shown_errors() as done, writing() as session:
            acceptance.return_to_opd(
                session, submission_id=submission_id, by=access.require(Role.STAFF, Role.SECTION_HEAD), note=note,
                cells=cells, idem=idem("return"),
            )  # fmt: skip
        if done.ok:
            feedback.flash(_("Dikembalikan ke OPD dengan daftar sel; jam OPD berjalan lagi."))
            st.rerun()


@dialog(N_("Jawab pertanyaan pembacaan"))
def answer_dash() -> None:
    st.markdown(_("Berkas ini memakai tanda “-”. Apa artinya pada dataset ini?"))
    meaning = st.radio(
        _("Arti tanda"), [SymbolMeaning.ZERO, SymbolMeaning.MISSING],
        format_func=lambda m: _("nol (tidak ada kejadian)") if m is SymbolMeaning.ZERO else _("data tidak tersedia"),
    )  # fmt: skip
    reason = st.text_input(_("Alasan"), value=_("Sesuai penjelasan OPD"))
    if st.button(_("Simpan"), type="primary"):
        with feedback.shown_errors() as done, writing() as session:
            recipe_desk.decide_dash(
                session, dataset_id=submission.dataset_id, meaning=meaning, by=access.require(), reason=reason
            )
        if done.ok:
            st.rerun()


def confirm_area(label: str, code: str) -> None:
    with feedback.shown_errors(later=True) as done, writing() as session:
        recipe_desk.confirm_area(
            session, dataset_id=submission.dataset_id, label=label, area_code=code,
            by=access.require(Role.STAFF, Role.SECTION_HEAD),
        )  # fmt: skip
    if done.ok:
        feedback.flash(_("Ejaan “{label}” diingat untuk dataset ini.").format(label=label))


def ask_areas(check: CheckResult) -> None:
    """Area names that could mean several; each choice is remembered for the dataset. Many of them start folded: they
    mostly mean that another file was sent, and the decision must stay in sight.
    """
    count = len(check.questions)
    title = _n("{n} nama wilayah belum pasti", count).format(n=count)
    with st.expander(title, icon=":material/location_on:", expanded=count <= 5):
        for question in check.questions:
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                st.markdown(
                    _("Wilayah mana yang dimaksud “{label}” ({cells})?").format(
                        label=words.plain(question.label), cells=", ".join(question.cells[:3])
                    ),
                    width="content",
                )
                for code, name, _score in question.candidates[:4]:
                    st.button(
                        f"{name} ({code})", key=f"area-{question.label}-{code}", on_click=confirm_area,
                        args=(question.label, code),
                    )  # fmt: skip


gates(result)
if turn and not turn.accepts:
    case_turn.draw(turn)
if undecided:
    with st.container(horizontal=True):
        if turn and not turn.accepts:
            why = _("Perkaranya belum sampai di langkah ini.")
        elif result.acceptable:
            why = _("Anda mengesahkan data dengan SHA-256 {sha}…").format(sha=result.sha256[:16])
        else:
            why = _("Baru dapat disahkan bila keempat gerbang terbuka.")
        may = result.acceptable and (turn is None or turn.accepts)
        st.button(
            _("Sahkan"), type="primary", icon=":material/verified:", on_click=accept, disabled=not may, help=why
        )  # fmt: skip
        shut = turn is not None and not turn.returns
        if st.button(
            _("Kembalikan ke OPD"), icon=":material/undo:", disabled=shut,
            help=_("Perkaranya belum sampai di langkah ini.") if shut else None,
        ):  # fmt: skip
            give_back()
        if any(f.rule == "dash" or f.code == "dash" for f in result.findings) and st.button(
            _("Artikan tanda “-”"), icon=":material/help:"
        ):
            answer_dash()
if undecided and result.questions:
    ask_areas(result)

left, right = st.columns([3, 2])
with left:
    st.subheader(_("Temuan ({n})").format(n=len(result.findings)), anchor=False)
    if not result.findings:
        st.success(_("Tidak ada temuan."), icon=":material/check_circle:")
    finding_list.draw(result.findings, submission_id=submission_id, editable=undecided, names=names)
with right:
    st.subheader(_("Resep"), anchor=False)
    recipe_view.sentences(recipe)
if table is not None:
    heading = (
        _n("Data yang akan disahkan ({n} angka)", table.num_rows)
        if undecided
        else _n("Data kiriman ini ({n} angka)", table.num_rows)
    )
    st.subheader(heading.format(n=words.number(table.num_rows)), anchor=False)
    recipe_view.table(table, names=recipe_desk.names_of(submission.dataset_id))
