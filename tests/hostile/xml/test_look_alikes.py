"""B-04: no second agency whose name only looks like another's, and no code that is not exactly the one registered."""

from __future__ import annotations

import pytest

from agency_registry import edit
from agency_registry.reasons import RegistryError
from edxml.testing import make_package

NAMES = {
    "B-04a an Icelandic letter": "Sở Xây dựng thành phố Ðà Nẵng",
    "B-04b an African letter": "Sở Ɖịa chính",
    "B-04c Cyrillic": "Sở Nội v\u0443",
    "B-04d full width": "Ｓở Nội vụ",
    "B-04e a dotless i": "Sở Tàı chính",
    "B-04f Greek": "UBND \u0391n Phú",
}


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_of_look_alikes_is_refused(province, name):
    with pytest.raises(RegistryError) as refused:
        await province.hub.db.write(lambda connection: edit.add_agency(connection, "000.00.09.H99", NAMES[name]))

    assert refused.value.slug == "look_alike"


@pytest.mark.parametrize(
    "name", ["UBND xã Ea H'Đing", "Sở Nội vụ\u200b", "S\u01a1\u0309 No\u0302\u0323i vu\u0323", "Đắk Lắk"]
)
async def test_vietnamese_in_any_spelling_is_a_name(province, name):
    await province.agencies()
    await province.change(lambda connection: edit.add_agency(connection, "000.00.09.H99", name))

    assert province.hub.directory.agency("000.00.09.H99") is not None


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("000.00.02.H99\u200b", id="B-04g a joiner"),
        pytest.param("000.00.02.\u041d99", id="B-04h a Cyrillic letter"),
        pytest.param("\uff10\uff10\uff10.00.02.H99", id="B-04i full-width digits"),
    ],
)
async def test_a_code_that_only_looks_right_reaches_nobody(target, code):
    data = make_package("000.00.01.H99", (code,))

    assert await target.refused(data) in {"org_unknown", "schema_invalid", "profile_invalid"}
