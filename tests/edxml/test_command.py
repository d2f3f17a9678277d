"""The command line: exit codes, JSON, and files that stay where they belong."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile

import patience
import pytest

from edxml import file_names, model, reader, unwrap, writer
from edxml.command import main
from edxml.faults import Fault, Refusal


@pytest.fixture
def file(tmp_path, package_bytes):
    path = tmp_path / "a.edxml"
    path.write_bytes(package_bytes)
    return path


def test_validate_answers_yes_no_or_cannot(file, tmp_path, capsys):
    broken = tmp_path / "broken.edxml"
    broken.write_bytes(b"1212" + file.read_bytes())

    assert main(["validate", str(file)]) == 0
    assert main(["validate", str(file), "--profile", "strict"]) == 0
    assert main(["validate", str(broken)]) == 1
    assert "xml_not_well_formed" in capsys.readouterr().err
    assert main(["validate", str(tmp_path / "missing")]) == 3
    assert main(["validate"]) == 2
    assert main(["nonsense"]) == 2
    assert main(["verify", str(tmp_path / "missing")]) == 3


def test_validate_in_json_names_each_fault(file, capsys):
    file.write_bytes(file.read_bytes().replace(b"<edXML:SteeringType>0</edXML:SteeringType>", b""))

    assert main(["validate", str(file), "--profile", "strict", "--json"]) == 1

    answer = json.loads(capsys.readouterr().out)
    assert answer["valid"] is False
    assert answer["faults"][0]["code"] == "schema_invalid"
    assert answer["faults"][0]["where"].endswith("MessageHeader")


def test_show_prints_one_line_per_fact_and_no_control_signs(tmp_path, capsys, make_package):
    path = tmp_path / "a.edxml"
    path.write_bytes(make_package(subject="Báo\ncáo \u202eevil"))

    assert main(["show", str(path)]) == 0

    shown = capsys.readouterr().out
    assert "Báo\\u000acáo \\u202eevil" in shown
    assert "000.00.02.H99" in shown


def test_what_show_prints_pack_takes_again(file, tmp_path, capsys):
    main(["show", str(file), "--json"])
    header = tmp_path / "header.json"
    header.write_text(capsys.readouterr().out, encoding="utf-8")
    document = tmp_path / "b.pdf"
    document.write_bytes(b"%PDF-1.7 x")

    assert main(["pack", str(tmp_path / "out.edxml"), str(document), "--header", str(header)]) == 0

    first, second = reader.read(file.read_bytes()), reader.read((tmp_path / "out.edxml").read_bytes())
    assert second.header == first.header
    assert second.business == first.business
    assert [one.name for one in second.attachments] == ["b.pdf"]


def test_pack_makes_a_valid_package_of_files(tmp_path, capsys):
    document = tmp_path / "Báo cáo.pdf"
    document.write_bytes(b"%PDF-1.7 x")
    out = tmp_path / "out.edxml"
    wish = ["--from", "000.00.01.H99=Sở Nội vụ", "--to", "H99.02=UBND xã", "--subject", "Báo cáo", "--place", "An Bình"]

    assert main(["pack", str(out), str(document), *wish]) == 2
    assert not out.exists()
    assert (
        main(["pack", str(out), str(document), *wish, "--number", "12", "--notation", "BC", "--date", "2026/11/20"])
        == 0
    )
    assert main(["validate", str(out)]) == 0
    assert reader.read(out.read_bytes()).document_id == "000.00.01.H99,2026/11/20,12/BC"
    assert main(["pack", str(out), "--from", "a b", "--to", "H99", "--subject", "x", "--document-id", "x"]) == 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".edxml")] == []
    capsys.readouterr()


WICKED = [
    "../../x.pdf",
    "..\\..\\x.pdf",
    "/etc/cron.d/x",
    "C:\\x.pdf",
    "....//x.pdf",
    "\\\\host\\share",
    "name:ads",
    "CON",
    "aux.txt",
    "-rf",
    "~root",
    ".",
    "..",
    "",
    "   ",
    "a\0b.pdf",
    "a\r\nb.pdf",
    "invoice\u202efdp.exe",
    "x" * 400 + ".pdf",
    "ế" * 300 + ".pdf",
    "a.pdf",
    "A.PDF",
    "a.pdf",
    ".bashrc",
    "a/b/c.pdf",
    "tên có dấu.pdf",
    "\ufeff.pdf",
    "a.pdf .",
]


def test_unpack_writes_every_file_inside_the_folder_once(tmp_path, capsys):
    data = writer.write_edoc(
        model.MessageHeader(model.Organization("A.B"), (model.Organization("C.D"),), "x", subject="y"),
        attachments=[
            writer.OutgoingAttachment(
                name.replace("\0", "").replace("\ufeff", ""), b"%PDF-" + str(n).encode(), carried=True
            )
            for n, name in enumerate(WICKED)
        ],
    )
    source, target = tmp_path / "a.edxml", tmp_path / "out"
    source.write_bytes(data)

    assert main(["unpack", str(source), "--to", str(target), "--json"]) == 0

    written = json.loads(capsys.readouterr().out)["files"]
    assert len(written) == len(WICKED)
    assert {path.read_bytes() for path in target.iterdir()} == {b"%PDF-" + str(n).encode() for n in range(len(WICKED))}
    assert {path.name for path in tmp_path.iterdir()} == {"a.edxml", "out"}
    assert main(["unpack", str(source), "--to", str(target)]) == 3


def test_unpack_takes_files_out_of_their_transport_zip(tmp_path, make_package, capsys):
    source = tmp_path / "a.edxml"
    source.write_bytes(make_package(attachments=[("ghi chú.txt", "nội dung".encode()), ("b.pdf", b"%PDF-")]))

    assert main(["unpack", str(source), "--to", str(tmp_path / "out")]) == 0

    assert (tmp_path / "out" / "ghi chú.txt").read_text(encoding="utf-8") == "nội dung"
    assert (tmp_path / "out" / "b.pdf").read_bytes() == b"%PDF-"
    capsys.readouterr()


@pytest.mark.parametrize("name", WICKED)
def test_a_safe_name_is_one_step_in_one_folder(name):
    safe = file_names.safe_name(name)

    assert safe
    assert len(safe.encode()) <= file_names.MAX_BYTES
    assert safe == file_names.safe_name(safe)
    assert not set(safe) & set('/\\:*?"<>|\0\r\n\u202e')
    assert safe not in (".", "..")
    assert safe[0] not in "-~. "


def packed(**entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in entries.items():
            container.writestr(name, data)
    out.seek(0)
    return out


def test_a_zip_bomb_is_stopped_while_it_unfolds():
    target = io.BytesIO()

    with pytest.raises(Refusal) as refused:
        unwrap.unwrap(packed(a=bytes(300_000_000)), target)

    assert refused.value.fault is Fault.TOO_LARGE
    assert target.tell() < 64_000_000


def test_only_a_plain_zip_of_one_file_is_unwrapped():
    whole = packed(a=b"x" * 100).getvalue()
    cases = [
        packed(a=b"1", b=b"2"),
        packed(),
        io.BytesIO(b"PK\x03\x04"),
        io.BytesIO(whole[:31] + b"\xff\xff" + whole[33:]),
    ]
    for source in cases:
        target = io.BytesIO()
        with pytest.raises(Refusal) as refused:
            unwrap.unwrap(source, target)
        assert refused.value.fault is Fault.FORMAT_NOT_ALLOWED
    assert unwrap.unwrap(packed(a=b"x"), io.BytesIO()) == 1


def test_help_answers_at_once():
    begun = patience.children_seconds()
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "edxml", "--help"], capture_output=True, text=True, check=True
    )

    assert patience.children_seconds() - begun < 4
    assert "lxml" not in run.stderr
    assert "xmlschema" not in run.stderr
    assert "unpack" in run.stdout
