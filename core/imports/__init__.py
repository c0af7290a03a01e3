"""The import of a list, whatever it lists: read, preview, write, record, undo."""
