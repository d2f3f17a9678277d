"""Arrays of numbers at the speed of C: widths of fonts, boxes, byte ranges. Anything else is left to pyHanko.

pyHanko reads each number byte by byte through several functions, 8 µs a number; one font of a real document has 200.
"""

from __future__ import annotations

import re
from typing import IO, Any

from pyhanko.pdf_utils import generic

_PIECE = 4096
# a number here is what pyHanko and every other reader understand alike; "1 0 R" holds a letter and does not match
_NUMBERS = re.compile(
    rb"\[((?:[ \t\r\n]*+[+-]?+(?:\d{1,12}+(?:\.\d{0,9}+)?+|\.\d{1,9}+)(?=[ \t\r\n\]]))*+)[ \t\r\n]*+\]"
)
_read_slowly = generic.ArrayObject.read_from_stream


def read_array(
    stream: IO[bytes],
    container_ref: Any,
    in_content_stream: generic.ContentOpReading = generic.ContentOpReading.NO,
) -> Any:
    """What pyHanko's `ArrayObject.read_from_stream` gives."""
    start = stream.tell()
    match = _NUMBERS.match(stream.read(_PIECE))
    if match is None:
        stream.seek(start)
        return _read_slowly(stream, container_ref, in_content_stream)
    stream.seek(start + match.end())
    found = generic.ArrayObject()
    for word in match[1].decode("ascii").split():
        number = generic.FloatObject(word) if "." in word else generic.NumberObject(word)
        number.container_ref = container_ref
        found.append(number)
    return found
