"""The Streamlit script: frames the page, finds the person, offers their pages, runs one.

It lies here, not beside ``pages/``: a folder of that name beside the script would let a cold server run a page
without this router.
"""

import streamlit as st

from workbench.ui import access, frame, navigation


def main() -> None:
    """One run of the script."""
    frame.configure()
    person = access.require()
    pages = navigation.offered(person)
    chosen = st.navigation(frame.menu(pages, person), expanded=True)
    frame.sidebar(person, navigation.page_at(chosen.url_path))
    chosen.run()


main()
