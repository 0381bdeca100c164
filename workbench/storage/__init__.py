"""Tables, files and Parquet: where what the domain decided is kept."""
