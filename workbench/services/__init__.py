"""One module a room; a function is a sentence: load, ask the domain, store, commit, return a plain value."""
