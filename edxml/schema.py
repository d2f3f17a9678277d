"""The two schemas, and the naming of what is wrong: fast with libxml2, in words with xmlschema only after a no."""

from __future__ import annotations

import copy
import re
import threading
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

from lxml import etree

from edxml import names
from edxml.faults import Fault, Refusal

if TYPE_CHECKING:
    from lxml.etree import _Element

Profile = Literal["tolerant", "strict"]

_own: Final = threading.local()
_compiling: Final = threading.Lock()

_MOST_NAMED: Final = 20
_LARGEST_NAMED: Final = 3_000
"""Elements above which the slow schema is not asked: libxml2's own words must then do."""
_ANY_XSI: Final = etree.XPath("boolean(//@xsi:*)", namespaces={"xsi": names.XSI})
_PREFIX: Final = re.compile(r"(?<![\w.])[A-Za-z_][\w.-]*:(?=[A-Za-z_])|\{[^{}]*+\}")
_STEP: Final = re.compile(r"/(?:\{[^}]*\})?(?:[^/:]*:)?([^/]+)")


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """One thing the schema does not allow: where, why, and what to do, never echoing the value."""

    path: str
    reason_vi: str
    reason_en: str
    remedy_vi: str
    remedy_en: str


def check(root: _Element, profile: Profile) -> None:
    """Refuse a skeleton that the schema of that profile does not allow; the first fault is named.

    Raises Refusal(SCHEMA_INVALID).
    """
    if _fast(profile).validate(_judged(root)):
        return
    found = faults_of(root, profile)
    first = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    raise Refusal(Fault.SCHEMA_INVALID, f"{first.reason_en}{more}; {first.remedy_en}", where=first.path)


def faults_of(root: _Element, profile: Profile) -> tuple[SchemaFault, ...]:
    """Everything the schema does not allow, at most 20; empty when it allows the skeleton."""
    judged = _judged(root)
    fast = _fast(profile)
    if fast.validate(judged):
        return ()
    if sum(1 for _ in islice(judged.iter(), _LARGEST_NAMED + 1)) <= _LARGEST_NAMED:
        named = tuple(_named(error) for error in islice(_slow(profile).iter_errors(judged), _MOST_NAMED))
        if named:
            return named
    return tuple(
        SchemaFault(_plain(entry.path or ""), _plain(entry.message), _plain(entry.message), _FIX_VI, _FIX_EN)
        for entry in islice(fast.error_log, _MOST_NAMED)
    )


def _judged(root: _Element) -> _Element:
    """The tree to validate: a copy without xsi attributes where the message carries any.

    xsi:schemaLocation would make a validator open files of the sender's choice, xsi:type choose its own type.
    """
    if not _ANY_XSI(root):
        return root
    bare = copy.deepcopy(root)
    for element in bare.iter():
        for name in [name for name in element.attrib if str(name).startswith(f"{{{names.XSI}}}")]:
            del element.attrib[name]
    return bare


def _fast(profile: Profile) -> etree.XMLSchema:
    """The schema in C, one for each thread: its log of errors must not mix two messages."""
    known: dict[str, Any] = _own.__dict__
    if profile not in known:
        # libxml2 prepares its built-in types on the first schema, and is not safe in that
        with _compiling, _file(profile).open("rb") as source:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            known[profile] = etree.XMLSchema(etree.parse(source, parser))
    found: etree.XMLSchema = known[profile]
    return found


@cache
def _slow(profile: Profile) -> Any:
    import xmlschema  # noqa: PLC0415 - half a second that valid messages never pay

    return xmlschema.XMLSchema10(_file(profile).read_text(encoding="utf-8"), allow="none", defuse="never")


def _file(profile: Profile) -> Any:
    return resources.files("edxml").joinpath("schemas", f"{profile}.xsd")


_WHOLE: Final = ("số nguyên", "a whole number")
_DAY: Final = ("ngày dạng yyyy/MM/dd", "a day as yyyy/MM/dd")
_FORMS: Final = {
    "PromulgationDate": _DAY,
    "DueDate": _DAY,
    "Timestamp": ("thời điểm dạng yyyy/MM/dd HH:mm:ss", "a time as yyyy/MM/dd HH:mm:ss"),
    "OrganId": ("mã định danh, tối đa 35 ký tự", "an organisation code of at most 35 characters"),
    "Priority": ("số từ 0 đến 4", "a number from 0 to 4"),
    "BussinessDocType": ("số từ 0 đến 3", "a number from 0 to 3"),
    "ReceiverType": ("0 (bỏ) hoặc 1 (thêm)", "0 (removed) or 1 (added)"),
    "StatusCode": ("mã 01…06, 13, 15 hoặc 16", "one of 01…06, 13, 15, 16"),
    "Direction": ("true hoặc false", "true or false"),
} | dict.fromkeys(
    (
        "Type",
        "TypeDetail",
        "PromulgationAmount",
        "PageAmount",
        "SteeringType",
        "Paper",
        "DocumentInfo",
        "DocumentReceiver",
    ),
    _WHOLE,
)
"""What a value must look like, by element; everything else is text."""

_FIX_VI: Final = "sửa theo bảng phần tử của QCVN 102:2016/BTTTT"
_FIX_EN: Final = "correct it after the element tables of QCVN 102:2016/BTTTT"


def _named(error: Any) -> SchemaFault:
    path = "/".join(_STEP.findall(error.path or "")) or "edXML"
    wrong = getattr(error, "invalid_tag", None)
    expected = [_plain(str(getattr(one, "name", one) or "")) for one in (getattr(error, "expected", None) or ())][:5]
    wanted = ", ".join(name for name in expected if name)
    if wrong is not None:
        name = _plain(str(wrong))[:60]
        wish_vi = f"; ở đây cần {wanted}" if wanted else ""
        wish_en = f"; {wanted} is expected here" if wanted else ""
        return SchemaFault(
            f"{path}/{name}",
            f"phần tử {name} không được ở vị trí này{wish_vi}",
            f"element {name} may not stand here{wish_en}",
            f"chuyển hoặc bỏ {name}",
            f"move or remove {name}",
        )
    if wanted:
        return SchemaFault(
            path,
            f"thiếu phần tử {wanted}",
            f"element {wanted} is missing",
            f"thêm {wanted}",
            f"add {wanted}",
        )
    if "attribute" in str(error.reason or ""):
        return SchemaFault(
            path, "thuộc tính không được phép", "an attribute is not allowed here", "bỏ thuộc tính đó", "remove it"
        )
    name = path.rpartition("/")[2].partition("[")[0]
    form_vi, form_en = _FORMS.get(name, ("chữ, không rỗng, không có phần tử con", "text, not empty, without elements"))
    return SchemaFault(
        path,
        "giá trị không đúng dạng",
        "the value does not have the required form",
        f"{name} phải là {form_vi}",
        f"{name} must be {form_en}",
    )


def _plain(text: str) -> str:
    return _PREFIX.sub("", text)[:200]
