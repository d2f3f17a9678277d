"""The exchange in figures, for the provincial office: totals per agency, as a page and as a file for a spreadsheet."""
