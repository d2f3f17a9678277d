"""Memory does not grow with the attachments, and the border of 10,000,000 bytes is no border."""

from __future__ import annotations

import base64
import subprocess
import sys
import textwrap

import pytest

from edxml import reader
from edxml.faults import Fault, Refusal

PROGRAM = textwrap.dedent(
    """
    import resource, sys
    from edxml import model, reader, writer

    megabytes = int(sys.argv[1])
    header = model.MessageHeader(
        model.Organization("A.B"), (model.Organization("C.D"),), document_id="x", subject="y"
    )
    head, tail = writer.write_edoc(
        header, attachments=[writer.OutgoingAttachment("a.pdf", b"@@@@@@")]
    ).split(b"QEBAQEBA")
    piece = b"JVBERi0x" * 8192
    whole = reader.Reader()
    whole.feed(head)
    for _ in range(megabytes * 16 * 4 // 3):
        whole.feed(piece)
    whole.feed(tail)
    package = whole.close()
    print(package.attachments[0].size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    """
)


def peak_megabytes(megabytes: int) -> int:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(megabytes)], capture_output=True, text=True, check=True, timeout=100
    )
    size, peak = map(int, run.stdout.split())
    assert size >= megabytes * 1_000_000
    return peak


def test_200_megabytes_need_no_more_memory_than_one():
    small = peak_megabytes(1)
    large = peak_megabytes(200)

    assert large - small < 8


@pytest.mark.parametrize("size", [7_499_997, 7_500_000, 7_500_003, 9_999_999, 10_000_001, 16_000_000])
def test_the_same_answer_on_both_sides_of_ten_million_bytes(size, make_package):
    content = b"%PDF-1.7\n" + bytes(size - 9)

    package = reader.read(make_package(attachments=[("a.pdf", content)]))

    assert package.attachments[0].size == size


@pytest.mark.parametrize("size", [9_999_990, 10_000_010])
def test_a_giant_text_is_a_limit_on_both_sides(size, package_bytes):
    data = package_bytes.replace(b"<edXML:Subject>", b"<edXML:Subject>" + b"x" * size, 1)

    with pytest.raises(Refusal) as refused:
        reader.read(data)

    assert refused.value.fault is Fault.XML_LIMIT


def test_the_decoded_bytes_reach_the_callers_file(make_package, tmp_path):
    contents = [b"%PDF-1.7\n" + bytes(range(256)) * 3000, b"%PDF-1.4\nx"]
    data = make_package(attachments=[("a.pdf", contents[0]), ("b.pdf", contents[1])])
    opened = []

    def sink(index):
        opened.append((tmp_path / str(index)).open("wb"))
        return opened[-1]

    whole = reader.Reader(sink)
    for at in range(0, len(data), 1000):
        whole.feed(data[at : at + 1000])
    package = whole.close()
    for file in opened:
        file.close()

    assert [(tmp_path / str(n)).read_bytes() for n in range(2)] == contents
    for one, content in zip(package.attachments, contents, strict=True):
        begin, end = one.encoded_range
        assert base64.b64decode(data[begin:end], validate=True) == content
