"""`truc law`: each rule, whose duty it is, and where code, profiles and tests do it."""

from __future__ import annotations

import argparse
import difflib
from typing import TYPE_CHECKING, Any

from hub.cli import line
from hub.cli.errors import EXIT_DONE, EXIT_NO, WrongUseError

if TYPE_CHECKING:
    from hub.law import Place, Rule

_WORDS = {
    "here": "làm ở đây / done here",
    "later": "làm ở phần sau / a later package",
    "elsewhere": "việc của nơi khác / another's duty",
}
_MARKS = {"read": "đã đọc", "partly": "đọc một phần", "derived": "suy ra", "uncertain": "chưa chắc"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One rule, or all of them."""
    parser.add_argument("rule", nargs="?", metavar="R-nnn", help="một quy tắc / one rule: R-090, P-04, S-01")
    parser.add_argument("--missing", action="store_true", help="thiếu mã hoặc thiếu kiểm thử / what lacks code or test")
    parser.add_argument("--all", action="store_true", help="liệt kê mọi quy tắc / list every rule")


def run(arguments: argparse.Namespace) -> int:
    """Read the index and look where it is named; no hub is needed."""
    from hub import law

    rules, places = law.load(), law.scan(law.root())
    if arguments.rule:
        rule = rules.get(arguments.rule.upper())
        if rule is None:
            raise _unknown(arguments.rule, list(rules))
        found = places.get(rule.id, ())
        line.show(arguments, _one(rule, found), lambda: _text(rule, found))
        return EXIT_DONE
    tests_here = any(place.side is law.Side.TEST for one in places.values() for place in one)
    missing = {one.id: lacks for one in rules.values() if (lacks := _lacks(one, places.get(one.id, ()), tests_here))}
    if arguments.missing:
        rows = [(name, ", ".join(lacks), rules[name].vi) for name, lacks in missing.items()]
        line.show(arguments, {"missing": missing}, lambda: line.columns(rows))
        return EXIT_NO if missing else EXIT_DONE
    if arguments.all:
        every = [(one.id, one.standing.value, ", ".join(one.concerns), one.vi) for one in rules.values()]
        data = {"rules": [_one(one, places.get(one.id, ())) for one in rules.values()]}
        line.show(arguments, data, lambda: line.columns(every))
        return EXIT_DONE
    data = _counts(list(rules.values()), missing)
    line.show(arguments, data, lambda: _table(data, tests_here=tests_here))
    return EXIT_DONE


def _lacks(rule: Rule, places: tuple[Place, ...], tests_here: bool) -> list[str]:
    from hub.law import Side, Standing

    if rule.standing is not Standing.HERE:
        return []
    sides = {place.side for place in places}
    code = [] if sides & {Side.CODE, Side.PROFILE} else ["code"]
    return code + (["test"] if tests_here and Side.TEST not in sides else [])


def _counts(rules: list[Rule], missing: dict[str, list[str]]) -> dict[str, Any]:
    """Rules by standing, all of them and those of each group; coverage: per cent that are done here and proven."""
    hub = [one for one in rules if "HUB" in one.concerns]
    others = [one for one in rules if "HUB" not in one.concerns]
    return {
        "rules": len(rules),
        "standing": _standings(rules),
        "coverage": {"hub": _coverage(hub, missing), "others": _coverage(others, missing)},
        "missing": len(missing),
        "groups": [
            {"group": letter, **_standings([one for one in rules if one.group == letter])}
            for letter in dict.fromkeys(one.group for one in rules)
        ],
    }


def _standings(rules: list[Rule]) -> dict[str, int]:
    return {word: sum(one.standing == word for one in rules) for word in _WORDS}


def _coverage(rules: list[Rule], missing: dict[str, list[str]]) -> dict[str, Any]:
    here = sum(one.standing == "here" and one.id not in missing for one in rules)
    settled = here + sum(one.standing == "elsewhere" for one in rules)
    return {
        "rules": len(rules),
        "proven": here,
        "percent": round(100 * here / len(rules), 1),
        "percent_with_reasons": round(100 * settled / len(rules), 1),
    }


def _table(data: dict[str, Any], *, tests_here: bool) -> str:
    from hub.law import groups

    titles = groups()
    rows = [("", "", *_WORDS)]
    for one in data["groups"]:
        group = titles[one["group"]]
        rows.append((one["group"], f"{group.title_vi} / {group.title_en}", *(str(one[word]) for word in _WORDS)))
    rows.append(("", f"{data['rules']} quy tắc / rules", *(str(data["standing"][word]) for word in _WORDS)))
    lines = [line.columns(rows), "", *(f"{word}: {words}" for word, words in _WORDS.items()), ""]
    for name, label in (("hub", "của trục / the hub's"), ("others", "của nơi khác / the others'")):
        found = data["coverage"][name]
        lines.append(
            f"{label}: {found['proven']}/{found['rules']} có trong mã và kiểm thử / in code and test: "
            f"{found['percent']} %; kể cả việc của nơi khác / with reasons: {found['percent_with_reasons']} %"
        )
    if not tests_here:
        lines.append("Bản cài đặt không có kiểm thử: chỉ tính mã / installed without tests: code alone is counted")
    lines.append("Xem một quy tắc / one rule: truc law R-090; thiếu gì / gaps: truc law --missing")
    return "\n".join(lines)


def _one(rule: Rule, places: tuple[Place, ...]) -> dict[str, Any]:
    from hub.law import groups

    group = groups()[rule.group]
    return {
        "id": rule.id,
        "group": rule.group,
        "subject": f"{group.title_vi} / {group.title_en}",
        "vi": rule.vi,
        "en": rule.en,
        "sources": [{"cited": one.cited, "mark": one.mark.value} for one in rule.sources],
        "concerns": list(rule.concerns),
        "must": [one.value for one in rule.must],
        "standing": rule.standing.value,
        "later": rule.later or None,
        "elsewhere": {"vi": rule.elsewhere_vi, "en": rule.elsewhere_en} if rule.elsewhere_vi else None,
        "places": [{"side": one.side.value, "file": one.file, "line": one.line, "text": one.text} for one in places],
    }


def _text(rule: Rule, places: tuple[Place, ...]) -> str:
    from hub.law import documents

    titles = documents()
    lines = [f"{rule.id}  {rule.vi}", f"       {rule.en}", ""]
    cited = [f"{one.cited} ({_MARKS[one.mark.value]} / {one.mark.value})" for one in rule.sources]
    lines.append(f"nguồn / sources: {'; '.join(cited)}")
    shorts = [name for name in titles if any(one.cited.startswith(name) for one in rule.sources)]
    lines += [f"  {name}: {titles[name]}" for name in shorts]
    lines.append(f"của ai / concerns: {', '.join(rule.concerns)}; phải / must: {', '.join(rule.must)}")
    reason = f" ({rule.later})" if rule.later else ""
    lines.append(f"{_WORDS[rule.standing.value]}{reason}")
    if rule.elsewhere_vi:
        lines += [f"  {rule.elsewhere_vi}", f"  {rule.elsewhere_en}"]
    lines += ["", *(f"{one.side.value:8}{one.file}:{one.line}  {one.text}" for one in places)]
    return "\n".join(lines).rstrip()


def _unknown(name: str, known: list[str]) -> WrongUseError:
    near = difflib.get_close_matches(name.upper(), known, n=1)
    hint_vi, hint_en = (f" Ý bạn là {near[0]}?", f" Did you mean {near[0]}?") if near else ("", "")
    return WrongUseError(
        f"Không có quy tắc {name[:20]}.{hint_vi} Xem `truc law --all`.",
        f"No rule {name[:20]}.{hint_en} See `truc law --all`.",
        "not_found",
    )
