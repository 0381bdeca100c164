"""Resep: what happens to the data between the agency's file and the dataset?"""

import streamlit as st

from workbench.domain.people import Role
from workbench.domain.recipe_differences import differences
from workbench.domain.recipes import Recipe
from workbench.i18n import _
from workbench.services import checks, recipe_desk
from workbench.ui import access, feedback, frame, theme, words
from workbench.ui.components import open_submission, recipe_editor, recipe_trial, recipe_view
from workbench.ui.resources import reading, writing

person = access.require(Role.STAFF, Role.SECTION_HEAD)

submission = open_submission.opened(
    _("Resep"), _("Langkah dari berkas OPD ke dataset: dapat dicoba, diubah, dan dikembalikan.")
)
submission_id = submission.id
here = {"kiriman": str(submission_id)}
with reading() as session:
    saved = recipe_desk.recipe_of(session, dataset_id=submission.dataset_id)
    base = recipe_desk.base_recipe(submission.dataset_id)
    past = recipe_desk.history(session, dataset_id=submission.dataset_id)
undecided = submission.status in ("received", "checked")

# State of this page: the draft (a recipe tried but not saved), made from the version in "-from"; turn, so that
# switches show the draft after it was put aside.
AT = f"clean-{submission.dataset_id}-"
if st.session_state.get(AT + "from") != saved.sha256:
    if st.session_state.pop(AT + "draft", saved.recipe) != saved.recipe and AT + "from" in st.session_state:
        feedback.flash(_("Resep sudah disimpan dalam versi baru; percobaan yang lama ditutup."), "info")
    st.session_state[AT + "from"] = saved.sha256
    st.session_state[AT + "turn"] = st.session_state.get(AT + "turn", 0) + 1
draft: Recipe = st.session_state.get(AT + "draft", saved.recipe)


def put(recipe: Recipe) -> None:
    """Take a recipe as the draft."""
    st.session_state[AT + "draft"] = recipe
    st.session_state[AT + "turn"] = st.session_state.get(AT + "turn", 0) + 1


def forget() -> None:
    """Back to what is saved."""
    put(saved.recipe)


frame.header(
    _("Resep · {title}").format(title=submission.dataset_title),
    _("Dicoba pada {file} ({period}). Berkas OPD tidak pernah diubah.").format(
        file=words.plain(submission.file_name), period=submission.period
    ),
)
with st.container(horizontal=True, vertical_alignment="center"):
    theme.badge(submission.status)
    frame.page_link("pages/process/read.py", label=_("Lihat pembacaan lembar"), query_params=here)
    frame.page_link("pages/process/validate.py", label=_("Temuan dan pengesahan"), query_params=here)
if not undecided:
    st.info(
        _("Kiriman ini sudah diputus; versinya tidak berubah. Resep baru berlaku untuk kiriman berikutnya."),
        icon=":material/lock:",
    )


def save(reason: str) -> None:
    """Keep the draft as the newest version; the page then checks the submission anew."""
    with feedback.shown_errors() as done, writing() as session:
        by = access.require(Role.STAFF, Role.SECTION_HEAD)
        if undecided:
            kept = recipe_desk.adopt(
                session, submission_id=submission_id, recipe=draft, by=by, reason=reason, seen_sha256=saved.sha256
            )
        else:
            kept = recipe_desk.save_recipe(session, recipe=draft, by=by, reason=reason, seen_sha256=saved.sha256)
    if done.ok:
        st.session_state.pop(AT + "draft", None)
        feedback.flash(_("Tersimpan sebagai resep versi {n}.").format(n=kept.version))
        st.rerun()


left, right = st.columns([1, 1], gap="medium")
with left:
    st.subheader(
        _("Langkah · versi {n}").format(n=saved.version) if saved.version else _("Langkah · resep bawaan"),
        anchor=False,
    )
    if draft != saved.recipe:
        st.badge(_("dicoba, belum disimpan"), icon=":material/science:", color="orange")
    recipe_editor.steps(draft, base, put=put, key=AT + "step", turn=st.session_state.get(AT + "turn", 0))
with right:
    if draft == saved.recipe:
        st.subheader(_("Hasil resep ini"), anchor=False)
        with feedback.shown_errors(), reading() as session:
            recipe_view.table(
                checks.rows_of(session, submission_id=submission_id),
                names=recipe_desk.names_of(submission.dataset_id),
            )
    else:
        st.subheader(_("Sebelum dan sesudah"), anchor=False)
        recipe_editor.changes(differences(saved.recipe, draft))
        with feedback.shown_errors() as found, reading() as session:
            outcome = recipe_desk.preview(session, submission_id=submission_id, recipe=draft)
        if found.ok:
            recipe_trial.before_after(outcome, recipe_desk.names_of(submission.dataset_id), most=200)
        reason = st.text_input(_("Alasan"), key=AT + "reason", placeholder=_("Mengapa langkahnya diubah"))
        with st.container(horizontal=True):
            if st.button(_("Simpan versi baru"), type="primary", icon=":material/save:", disabled=not found.ok):
                save(reason)
            st.button(_("Buang percobaan"), icon=":material/undo:", on_click=forget)

st.subheader(_("Versi"), anchor=False)
recipe_editor.versions(past, put=put, key=AT + "history")
