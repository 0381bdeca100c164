"""Plain Python a statistician can read: no Streamlit, no database, no DuckDB."""
