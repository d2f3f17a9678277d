"""I-11: whatever looks at text that others wrote costs time in proportion to its length."""

from __future__ import annotations

import contextlib
import itertools
import time

import pytest

from agency_registry import checks as registry_checks
from agency_registry import names as registry_names
from agency_registry.reasons import RegistryError
from edxml import dates, document_id, file_names, organ, schema, skeleton
from edxml.pdf import hidden
from hub.flow.checks import control_characters, hidden_characters, old_code_page, page_metadata, secrecy
from hub.flow.checks import file_names as name_checks
from hub.http import api_content

LENGTH = 100_000
PIECES = (
    "a", "0", " ", "\n", ".", "/", "-", ",", "<", "(", "[", "{", "&", "a.", "a@", "a@a.", "0/", "2026/", "<?a?>",
    "<!--a-->", "<a ", "BT ", "BT", "mật ", "(mật) ", "[ ", "ngày1", "A1B2.", "%2e", "e\u0301", "x y ", "con.", '"',
    "®", "số:", "a:", "- ",
)  # fmt: skip
PREFIXES = ("", "000.00.01.H99,2026/11/21,", "000.00.01.H99,2026/11/21,1/x", "2026/11/21T", "(", "số: 1")
READERS = {
    "dates: a day": dates.parse_day,
    "dates: a time": dates.parse_time,
    "codes: an organisation": organ.is_valid,
    "codes: an organisation's form": organ.form,
    "codes: a document id": document_id.parse,
    "codes: a document id compared": document_id.comparison_key,
    "registry: a name": registry_names.key,
    "registry: a name's skeleton": registry_names.has_look_alikes,
    "registry: an e-mail": lambda text: registry_checks.field("email", text),
    "registry: a telephone": lambda text: registry_checks.field("phone", text),
    "registry: a day": lambda text: registry_checks.day("valid_from", text),
    "names of files": file_names.safe_name,
    "names of files, as checked": name_checks._PATH.search,
    "subjects: secrecy": lambda text: secrecy._STAMP.search(secrecy._fold(text)),
    "fields: secrecy": lambda text: secrecy._FIELD.match(secrecy._fold(text)),
    "elements: secrecy": lambda text: list(secrecy._ELEMENT.finditer(text)),
    "subjects: control characters": control_characters._CONTROL.search,
    "subjects: hidden characters": hidden_characters._HIDDEN.search,
    "subjects: old code pages": old_code_page.looks_like,
    "page 1: dates": page_metadata._dates,
    "page 1: the number": page_metadata._NUMBER_LINE.match,
    "schema: what it says": schema._plain,
    "XML: where the root begins": lambda text: skeleton._ROOT.match(text.encode()),
    "XML: the declaration": lambda text: skeleton._DECLARATION.match(text.encode()),
    "HTTP: a range": api_content._RANGE.fullmatch,
    "PDF: text that is drawn": lambda text: hidden._draws(text.encode()),
}  # fmt: skip


def cost(read, text: str) -> float:
    begun = time.process_time()
    with contextlib.suppress(RegistryError):  # refused, which is an answer
        read(text)
    return time.process_time() - begun


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", READERS)
def test_i_11_a_hundred_kilobytes_of_almost_anything_are_read_at_once(name):
    """Twice the text may cost twice the time, not four times; 50 ms are for reading, not for going back."""
    read = READERS[name]

    for prefix, piece, end in itertools.product(PREFIXES, PIECES, ("", "\n<!")):
        text = prefix + piece * (LENGTH // len(piece)) + end
        short = text[:2000] + end
        assert cost(read, short) < 0.05, (prefix, piece, end, len(short))
        took = cost(read, text)
        if took > 0.05:
            half = text[: LENGTH // 2]
            assert took < 3 * max(cost(read, half), 0.02), (prefix, piece, end, took)
