"""A submission is checked before anybody looks at it, with the step that runs said while one waits."""

from __future__ import annotations

import streamlit as st

from workbench.i18n import _
from workbench.services import checks
from workbench.ui import feedback
from workbench.ui.resources import reading, writing


def brought_up(submission_id: int) -> bool:
    """Check a submission that was not checked yet, or not since its recipe changed. False: a sentence says why not.

    The long steps run without a transaction open, so that nobody else waits for them; what they made is kept, and
    whoever leaves the page goes on from there.
    """
    looking = st.spinner(_("Melihat apakah ada yang berubah sejak diperiksa…"))
    with looking, feedback.shown_errors() as found, reading() as session:
        old = checks.outdated(session, submission_id=submission_id)
    if not found.ok or not old:
        return found.ok
    step = st.status(_("Langkah 1 dari 3: membaca isi berkas…"), expanded=True)
    with step, feedback.shown_errors() as found:
        st.caption(_("Berkas besar perlu waktu. Halaman ini boleh ditinggalkan: langkah yang sudah selesai "
                     "disimpan, dan sisanya diteruskan saat halaman dibuka lagi."))  # fmt: skip
        with reading() as session:
            checks.read_ahead(session, submission_id=submission_id)
        st.markdown(_("Isi berkas sudah dibaca."))
        step.update(label=_("Langkah 2 dari 3: menjalankan resep dan pemeriksaan…"))
        with reading() as session:
            checks.replay_ahead(session, submission_id=submission_id)
        st.markdown(_("Resep dan pemeriksaan sudah dijalankan."))
        step.update(label=_("Langkah 3 dari 3: menyimpan temuan…"))
        with writing() as session:
            checks.check(session, submission_id=submission_id)
    if found.ok:
        st.rerun()  # the steps are done: what was read takes their place
    return False
