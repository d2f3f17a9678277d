"""`truc system import FILE`: what a pattern says is registered: agencies, systems, copy rules. Repeating adds nothing.

Every step is the same command a person would give; a step that is done already is left as it is.
"""

from __future__ import annotations

import argparse
import base64
import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.cli import line, table
from hub.cli.errors import EXIT_DONE, EXIT_NO, CannotNowError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.cli import pattern

_COLUMNS = ("organ_id", "name", "kind", "level", "parent", "host", "aliases")


def add(actions: argparse._SubParsersAction[table.Parser]) -> None:
    """The second word import."""
    found = table.add_action(actions, "import", "Đăng ký cả một mẫu: cơ quan, hệ thống, quy tắc gửi thêm",
                             "register a whole pattern of config/systems")  # fmt: skip
    found.add_argument("file", type=Path)
    found.add_argument("--agencies", type=Path, metavar="CSV", help="danh sách cơ quan, khi mẫu cần / list of agencies")
    table.add_person(found)


def run(arguments: argparse.Namespace) -> int:
    """Register what is missing; the secrets of new systems are shown this once."""
    from hub.cli import pattern

    said = pattern.read(arguments.file)
    _check_hub(arguments, said)
    rows = pattern.listed(said, arguments.agencies.read_bytes() if arguments.agencies else None)
    why = {name: getattr(arguments, name) for name in ("operator", "reason") if getattr(arguments, name)}
    why["decision"] = arguments.decision or said.decision
    counts = {"added": 0, "changed": 0}
    for scope in ("province", "national"):
        report = _import(arguments.config, [one for one in (*said.agencies, *rows) if one.scope == scope], scope, why)
        if report["refused"]:
            line.show(arguments, report, _refusals(report))
            return EXIT_NO
        counts = {name: counts[name] + report[name] for name in counts}
    systems = _systems(arguments.config, said, rows, why)
    rules = _rules(arguments.config, said, why)
    answer = {"title": said.title, "agencies": counts, "systems": systems, "copy_rules": rules}
    line.show(arguments, answer, lambda: _shown(answer))
    return EXIT_DONE


def _check_hub(arguments: argparse.Namespace, said: pattern.Pattern) -> None:
    """Made-up codes are for trying out only; another profile is told."""
    from hub import settings

    known = settings.load(line.settings_file(arguments.config))
    if said.made_up and not known.hub.test_mode:  # law: R-025 HN Đ8.2: nobody makes up a code
        raise CannotNowError(
            "Mã định danh trong mẫu này là mã giả để chạy thử. Thay bằng mã theo quyết định của tỉnh, bỏ dòng made_up.",
            "The codes of this pattern are made up. Put those of the province's decision in and take made_up out.",
            "conflict",
        )
    if known.profile.name != said.profile:
        table.say(f"Trục đang theo quy định {known.profile.name}; mẫu này dành cho {said.profile} ([profile] name). / "
                  f"This hub follows {known.profile.name}, the pattern is meant for {said.profile}.")  # fmt: skip


def _import(config: Path, agencies: list[pattern.Agency], scope: str, why: dict[str, Any]) -> dict[str, Any]:
    if not agencies:
        return {"added": 0, "changed": 0, "refused": []}
    text = io.StringIO()
    rows = csv.DictWriter(text, _COLUMNS, extrasaction="ignore")
    rows.writeheader()
    for one in agencies:
        rows.writerow({**one.model_dump(), "aliases": " ".join(one.aliases)})
    data = base64.b64encode(text.getvalue().encode()).decode("ascii")
    return line.call(config, "agency.import", {"data": data, "scope": scope, **why})


def _systems(
    config: Path, said: pattern.Pattern, rows: list[pattern.Agency], why: dict[str, Any]
) -> list[dict[str, Any]]:
    from hub.cli import pattern

    known = {one["name"]: one for one in line.call(config, "system.list", {})["systems"]}
    found = []
    for one in said.systems:
        codes = pattern.served(one, rows)
        shown: dict[str, Any] = {"name": one.name, "for": codes}
        if one.name in known:
            found.append({**shown, "system_id": known[one.name]["system_id"], "secret": None})
            continue
        settings = one.model_dump(include={"connector", "settings", "item_per_agency", "part"})
        made = line.call(config, "system.add", {"name": one.name, "for": codes, **settings, **why})
        for more in one.attach:
            attached = {"for": list(more.codes), "part": more.part, "speaks_only": more.speaks_only}
            line.call(config, "system.attach", {"system_id": made["system_id"], **attached, **why})
        found.append({**shown, "system_id": made["system_id"], "secret": made["secret"]})
    return found


def _rules(config: Path, said: pattern.Pattern, why: dict[str, Any]) -> int:
    if not said.copy_rules:
        return 0
    there = {_key(one) for one in line.call(config, "copy-rule.list", {})["rules"]}
    new = [one for one in said.copy_rules if _key(one.model_dump()) not in there]
    for one in new:
        line.call(config, "copy-rule.add", {**_given(one.model_dump().items()), **why})
    return len(new)


def _key(rule: dict[str, Any]) -> tuple[str, ...]:
    return tuple(rule[name] or "" for name in ("copy_to", "below", "kind", "mode"))


def _given(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if value}


def _refusals(report: dict[str, Any]) -> str:
    lines = [f"  dòng/row {one['row']}: {one['reason']}" for one in report["refused"]]
    return "\n".join(["Chưa đăng ký gì, danh sách cơ quan có lỗi / nothing was registered:", *lines])


def _shown(answer: dict[str, Any]) -> str:
    agencies = answer["agencies"]
    lines = [answer["title"], f"cơ quan/agencies: thêm/added {agencies['added']}, sửa/changed {agencies['changed']}"]
    lines.append(f"quy tắc gửi thêm/copy rules: {answer['copy_rules']}")
    there = "đã có từ trước / there already"
    lines += [f"{one['name']}\n  system_id  {one['system_id']}\n  secret     {one['secret'] or there}"
              for one in answer["systems"]]  # fmt: skip
    return "\n".join([*lines, "Khóa bí mật chỉ hiện lần này. / The secrets are shown this once."])
