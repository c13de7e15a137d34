"""Finding the right guide: a library without any web import, used by `ingest` to write and by `app` to read."""
