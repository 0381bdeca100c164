"""The web application: `python app.py`, `streamlit run app.py` or, with the worker beside it, `workbench up`."""

import streamlit as st

from workbench.ui import server

app = st.App(
    server.SCRIPT,
    routes=server.routes(),
    middleware=server.middleware(),
    lifespan=server.lifespan,
    on_script_error=server.on_script_error,
)

if __name__ == "__main__":
    server.run(app)
