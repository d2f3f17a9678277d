"""edXML (QCVN 102:2016/BTTTT): bytes to values and back; usable on its own, without network or database.

The page a newcomer reads first:

    reader.read(data)              a Package from bytes; reader.Reader for streams of any size
    rules.check(package)           what no schema can say; gives the warnings
    writer.write_edoc(header, …)   bytes in the exact layout that national readers need
    writer.write_status(status)    a status message 01…16
    faults.Fault, faults.Refusal   the one table of reasons to refuse, and the one exception
    model                          the values; codes, organ, document_id, dates: their parts
    schema                         our own strict and tolerant XSD
    pdf.signature.verify_pdf       what the signatures inside a document are worth; verdict: the values

How a package is read: `scanner` takes the base64 text of each attachment out of the raw bytes, `carried` decodes and
hashes it in pieces, `skeleton` gives the small rest to the XML parser and proves that both saw the same elements,
`schema` checks the shape, `build` makes the values. Memory does not grow with the attachments.
"""
