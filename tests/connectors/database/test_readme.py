"""The five statements of the README are all an office needs: run as they stand there, on both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from connector_parts import TAKEN, body, make_package, offered, parcel, plain_pdf

from edxml import reader

README = Path(__file__).parents[3] / "connectors" / "README.md"


@pytest.fixture(scope="module")
def statements():
    [block] = re.findall(r"```sql\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    return [one.strip().removesuffix(";") for one in re.split(r"^-- [1-5]\. [^\n]*\n", block, flags=re.MULTILINE)[1:]]


async def test_the_five_statements_of_the_readme_do_what_they_say(office, connector, statements):
    read, take, answer, send, look = statements
    data = make_package("000.00.01.H99", "000.00.02.H99")
    await connector.deliver(parcel(data, "ITEM"))

    [row] = await office.do(read)
    assert row[0] == "ITEM"
    await office.do(take)
    assert await office.do(read) == []

    await office.do(answer)
    [status] = await offered(connector, "status")
    assert reader.read(await body(status)).status.code == "03"
    await status.confirm(TAKEN)

    file = "INSERT INTO truc_outgoing_files (office_key, n, name, content) VALUES ('2026/15-SNV', 0, 'a.pdf', $1)"
    await office.do(file, plain_pdf(900))
    await office.do(send)
    [document] = await offered(connector)
    assert reader.read(await body(document)).subject == "Về việc kiểm kê"
    await document.confirm(TAKEN)
    assert await office.do(look) == [("sent", TAKEN.document_id, TAKEN.receipt, None, None)]
