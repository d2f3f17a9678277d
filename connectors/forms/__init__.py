"""Forms: what an office system without edXML writes and reads, as JSON beside plain files.

- `sending`: a document to send; `sending.write` makes the package it means.
- `answering`: what a recipient says of a document (03 with its arrival number, 02 with its reason, ...).
- `received`: what is told of a document that came, so that nobody has to type it again.
- `metadata`, `words`: the shapes, which are those of the native API. `wrong`: mistakes, in both languages.
"""
