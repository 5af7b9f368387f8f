"""The import of a file, step by step: bring it, tell its columns, look at what would become of it, write it."""
