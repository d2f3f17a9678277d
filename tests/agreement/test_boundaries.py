"""What the law keeps out of the hub altogether: no letters beside it, no keys of agencies."""

from __future__ import annotations

import ast

MAIL = {"smtplib", "aiosmtplib", "email", "imaplib", "poplib"}


def imported(path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_nothing_in_the_hub_sends_letters(project_root):
    """law: R-005 HN Đ6.2: no document leaves by e-mail; notices are messages through the hub itself."""
    sending = {
        path.relative_to(project_root).as_posix(): sorted(imported(path) & MAIL)
        for package in ("hub", "connectors")
        for path in sorted((project_root / package).rglob("*.py"))
        if imported(path) & MAIL
    }

    assert sending == {}
