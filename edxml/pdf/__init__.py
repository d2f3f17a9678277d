"""The signatures of a PDF: fields, integrity, what happened after each, what the file could do or hides."""
