"""Baca berkas: did the workbench read this sheet right?"""

import streamlit as st

from workbench.domain.people import Role
from workbench.i18n import _, _n
from workbench.services import checks, guess_layout, sheet_view
from workbench.ui import access, cached, feedback, frame, theme, words
from workbench.ui.components import cell_story, guess_list, open_submission, sheet_grid
from workbench.ui.resources import reading

person = access.require(Role.STAFF, Role.SECTION_HEAD)

submission = open_submission.opened(
    _("Baca berkas"), _("Lembar seperti yang dikirim OPD, dengan tabel yang ditemukan di atasnya.")
)
submission_id = submission.id
here = {"kiriman": str(submission_id)}

frame.header(
    f"{submission.dataset_title} · {submission.period}",
    _("Apakah lembar {file} terbaca dengan benar? Putaran {round}, tanda terima {receipt}.").format(
        file=words.plain(submission.file_name), round=submission.round, receipt=submission.receipt
    ),
)
editable = submission.status == "checked"
with st.container(horizontal=True, vertical_alignment="center"):
    theme.badge(submission.status)
    st.markdown(f"[{_('Unduh berkas asli')}](/berkas/{submission.file_sha256})", width="content")
    frame.page_link("pages/process/clean.py", label=_("Resep"), query_params=here)
    frame.page_link("pages/process/validate.py", label=_("Temuan dan pengesahan"), query_params=here)
if submission.status == "unreadable":
    st.error(submission.return_note, icon=":material/block:")
    st.stop()
if not editable:
    st.info(
        _("Kiriman ini sudah diputus. Pembacaannya dapat dilihat, tetapi tidak diubah lagi dari sini."),
        icon=":material/lock:",
    )

# State of this page, all under the submission's number: sheet, page (from 1), focus (a cell to show), turn (so that a
# grid that is told to show another cell is a new one).
AT = f"read-{submission_id}-"


def show(sheet: str, cells: str) -> None:
    """Bring a cell into view."""
    box = sheet_view.boxes(cells)[0]
    st.session_state[AT + "sheet"] = sheet
    st.session_state[AT + "page"] = box.top // sheet_view.ROWS + 1
    st.session_state[AT + "focus"] = sheet_view.cell_of(box.top, box.left)
    st.session_state[AT + "turn"] = st.session_state.get(AT + "turn", 0) + 1


def go_to(sheet: str, rows: int) -> None:
    """Bring the cell whose address was typed into view; say what an address looks like where it was none."""
    cell = str(st.session_state[AT + "go"]).strip().upper()
    at = sheet_view.place(cell)
    if at is not None and at[0] < rows:
        show(sheet, cell)
    elif cell:
        feedback.flash(
            _("“{cell}” bukan alamat sel di lembar ini. Tulis huruf kolom dan nomor baris, misalnya C12.").format(
                cell=words.plain(cell)
            ),
            "warning",
        )


def first_page() -> None:
    """Another sheet begins at its first row."""
    st.session_state[AT + "page"] = 1
    st.session_state.pop(AT + "focus", None)


with feedback.shown_errors() as found, reading() as session:
    with st.spinner(_("Menjalankan resep pada berkas…"), show_time=True):
        view = cached.read_view(session, submission)
    with st.spinner(_("Menyusun daftar dugaan…"), show_time=True):
        told = cached.told(session, submission)
    kept = checks.findings_of(session, submission_id=submission_id)
    start = view.head.sheet if view.head else ""
    with st.spinner(_("Membaca lembar…"), show_time=True):
        shown = cached.window(view.file_sha256, view.file_name, st.session_state.get(AT + "sheet") or start, 0)
if not found.ok:
    st.stop()
sheets = {sheet.name: sheet for sheet in shown.sheets if sheet.rows}

left, right = st.columns([3, 2], gap="medium")
with left:
    if len(sheets) > 1:
        st.session_state.setdefault(AT + "sheet", shown.sheet)
        st.segmented_control(
            _("Lembar"), list(sheets), key=AT + "sheet", required=True, on_change=first_page,
            format_func=lambda name: sheet_grid.sheet_words(sheets[name]), label_visibility="collapsed",
        )  # fmt: skip
    sheet = sheets.get(shown.sheet)
    pages = sheet_grid.pages(sheet) if sheet else 1
    if pages > 1 and sheet:
        st.session_state.setdefault(AT + "page", 1)
        with st.container(horizontal=True, vertical_alignment="center"):
            page = st.pagination(pages, key=AT + "page")
            st.markdown(
                _n("{first}–{last} dari {n} baris", sheet.rows).format(
                    first=words.number((page - 1) * sheet_view.ROWS + 1),
                    last=words.number(min(page * sheet_view.ROWS, sheet.rows)), n=words.number(sheet.rows),
                ),
                width="content",
            )  # fmt: skip
            st.text_input(
                _("Ke sel"), key=AT + "go", placeholder=_("Ke sel, misalnya {cell}").format(cell="C5003"), width=190,
                label_visibility="collapsed", on_change=go_to, args=(shown.sheet, sheet.rows),
            )  # fmt: skip
        first = (page - 1) * sheet_view.ROWS
        if cached.waits_for_copy(view.file_sha256, view.file_name, shown.sheet, first):
            said = _("Menyalin lembar panjang ini, sekali saja; sesudah itu halaman mana pun terbuka seketika…")
        else:
            said = _("Mengambil halaman lembar…")
        with st.spinner(said, show_time=True), feedback.shown_errors() as found:
            shown = cached.window(view.file_sha256, view.file_name, shown.sheet, first)
        if not found.ok:
            st.stop()
    overlay = sheet_view.overlay(view, shown)
    marks = sheet_view.marks([f for f in kept if f.open], shown.sheet, shown)
    sheet_grid.legend(overlay, marks)
    turn = st.session_state.get(AT + "turn", 0)
    picked = sheet_grid.draw(
        shown, overlay, marks, key=f"{AT}grid-{shown.sheet}-{shown.first}-{turn}",
        focus=st.session_state.get(AT + "focus", ""),
    )  # fmt: skip
    st.caption(
        _("Klik satu sel, huruf satu kolom, atau kotak di depan satu baris, untuk melihat ia dibaca sebagai apa "
          "dan mengubahnya. Begitu pula dua tabel digabungkan atau satu tabel dipisahkan.")
        if editable
        else _("Klik satu sel, huruf satu kolom, atau kotak di depan satu baris, untuk melihat ia dibaca sebagai apa.")
    )  # fmt: skip
with right:
    if picked.cell or picked.column or picked.row is not None:
        with feedback.shown_errors() as found:
            top = cached.top(view.file_sha256, view.file_name, shown.sheet)
        if not found.ok:
            st.stop()
        if picked.cell:
            row, column = sheet_view.place(picked.cell) or (0, 0)
            offers = [guess_layout.row_offer(view, top, row), guess_layout.column_offer(view, top, column)]
            story = sheet_view.story(view, shown, picked.cell, kept)
            cell_story.cell_story(story, offers, told, view, editable=editable)
        elif picked.column:
            column = sheet_view.column_number(picked.column)
            offer = guess_layout.column_offer(view, top, column)
            cell_story.line_story(offer, column, told, view, editable=editable)
        elif picked.row is not None:
            offer = guess_layout.row_offer(view, top, picked.row)
            cell_story.line_story(offer, None, told, view, editable=editable)
    guess_list.draw(told, view, editable=editable, show=show)
