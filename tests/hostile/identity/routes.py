"""The rule of every route: who may call it, and what kind of id it takes. A route without a rule fails the test."""

from __future__ import annotations

OPEN = "open"  # anybody
CALLER = "caller"  # a system with a token; its own things only
PACKAGE = "package"  # the same, and a package id in the path
DELIVERY = "delivery"  # the same, and a delivery id in the path
HOOK = "hook"  # the same, and a web hook's id in the path
VXP = "vxp"  # a signed call; its own things only
ITEM = "item"  # the same, and a docId
OPERATOR = ("operator",)  # pages of these roles
OFFICE = ("office", "operator")
NOBODY = "nobody"  # no such thing here: the answer is the same for everybody

_API = "/api/v1"
_PACKAGE = f"{_API}/packages/{{package_id}}"
_DELIVERY = f"{_API}/inbox/{{delivery_id}}"
_VXP = {
    "getAgenciesList": VXP, "getAgenciesListQD20": VXP, "getSynchronizeUnit": VXP, "registerAgency": VXP,
    "deleteAgency": VXP, "getReceivedEdocList": VXP, "getSentEdocList": VXP, "sendEdoc": VXP, "getEdoc": ITEM,
    "downloadEdoc": ITEM, "updateStatus": ITEM, "countReceiveEdoc": VXP, "countReceiveStatus": VXP,
}  # fmt: skip

RULES: dict[tuple[str, str], object] = {
    ("GET", "/health/live"): OPEN,
    ("GET", "/health/ready"): OPEN,
    ("GET", "/metrics"): OPEN,  # its listener is the operator's choice
    ("GET", "/.well-known/truc.json"): OPEN,
    ("GET", "/api/docs"): OPEN,
    ("GET", "/help/faults"): OPEN,
    ("GET", "/help/faults/{slug}"): OPEN,
    ("GET", f"{_API}/openapi.json"): OPEN,
    ("POST", f"{_API}/token"): OPEN,
    ("*", _API): NOBODY,
    ("*", f"{_API}/{{rest}}"): NOBODY,
    ("POST", f"{_API}/packages"): CALLER,
    ("POST", f"{_API}/packages/dry-run"): CALLER,
    ("GET", f"{_API}/packages"): CALLER,
    ("GET", f"{_API}/inbox"): CALLER,
    ("GET", f"{_API}/agencies"): CALLER,
    ("GET", f"{_API}/agencies/changes"): CALLER,
    ("GET", f"{_API}/agencies/{{code}}"): CALLER,
    ("GET", f"{_API}/events"): CALLER,
    ("GET", f"{_API}/alarms"): CALLER,
    ("POST", f"{_API}/heartbeat"): CALLER,
    ("GET", f"{_API}/calls"): CALLER,
    ("POST", f"{_API}/webhooks"): CALLER,
    ("GET", f"{_API}/webhooks"): CALLER,
    ("GET", f"{_API}/webhooks/{{webhook_id}}"): HOOK,
    ("DELETE", f"{_API}/webhooks/{{webhook_id}}"): HOOK,
    ("POST", f"{_API}/webhooks/{{webhook_id}}/rotate"): HOOK,
    ("POST", f"{_API}/webhooks/{{webhook_id}}/resume"): HOOK,
    ("POST", f"{_API}/webhooks/{{webhook_id}}/ping"): HOOK,
    ("POST", f"{_API}/webhooks/{{webhook_id}}/replay"): HOOK,
    ("GET", f"{_API}/paper"): CALLER,
    ("GET", f"{_API}/groups"): CALLER,
    ("GET", f"{_API}/groups/{{name}}"): CALLER,
    ("PUT", f"{_API}/groups/{{name}}"): CALLER,
    ("DELETE", f"{_API}/groups/{{name}}"): CALLER,
    ("GET", f"{_PACKAGE}/paper"): PACKAGE,
    ("POST", f"{_PACKAGE}/paper"): PACKAGE,
    ("GET", f"{_DELIVERY}/duplicates"): DELIVERY,
    ("POST", f"{_DELIVERY}/assign"): DELIVERY,
    ("GET", _PACKAGE): PACKAGE,
    ("GET", f"{_PACKAGE}/content"): PACKAGE,
    ("GET", f"{_PACKAGE}/attachments/{{n}}"): PACKAGE,
    ("GET", f"{_PACKAGE}/timeline"): PACKAGE,
    ("GET", f"{_PACKAGE}/verdicts"): PACKAGE,
    ("GET", f"{_PACKAGE}/receipt"): PACKAGE,
    ("GET", f"{_PACKAGE}/receipts"): PACKAGE,
    ("POST", f"{_PACKAGE}/withdraw"): PACKAGE,
    ("POST", f"{_PACKAGE}/update"): PACKAGE,
    ("POST", f"{_PACKAGE}/replace"): PACKAGE,
    ("POST", f"{_PACKAGE}/declare"): PACKAGE,
    ("POST", f"{_DELIVERY}/lease"): DELIVERY,
    ("POST", f"{_DELIVERY}/ack"): DELIVERY,
    ("POST", f"{_DELIVERY}/status"): DELIVERY,
    ("POST", f"{_DELIVERY}/report"): DELIVERY,
    **{("*", f"/{{slashes}}{name}"): rule for name, rule in _VXP.items()},
    **{("*", f"/XrdAdapter/adapter/{{slashes}}{name}"): rule for name, rule in _VXP.items()},
    ("*", "/XrdAdapter/adapter/{rest}"): NOBODY,
    ("GET", "/"): OPEN,
    ("GET", "/console/login"): OPEN,
    ("POST", "/console/login"): OPEN,
    ("POST", "/console/logout"): OPEN,
    ("GET", "/console"): OPERATOR,
    ("GET", "/console/packages"): OPERATOR,
    ("GET", "/console/packages/{package_id}"): OPERATOR,
    ("GET", "/console/deliveries"): OPERATOR,
    ("GET", "/console/legend"): OPERATOR,
    ("GET", "/console/confirmations"): OPERATOR,
    ("GET", "/console/confirmations/{number}"): OPERATOR,
    ("POST", "/console/confirmations/{number}/{action}"): OPERATOR,
    ("GET", "/console/systems"): OPERATOR,
    ("GET", "/console/systems/{system_id}"): OPERATOR,
    ("POST", "/console/systems/{system_id}"): OPERATOR,
    ("GET", "/console/systems/{system_id}/calls"): OPERATOR,
    ("GET", "/console/alarms"): OPERATOR,
    ("POST", "/console/alarms/{number}"): OPERATOR,
    ("POST", "/console/packages/{package_id}/deliveries/{delivery_id}/{action}"): OPERATOR,
    ("POST", "/console/intake/{action}"): OPERATOR,
    ("GET", "/console/review"): OPERATOR,
    ("GET", "/console/review/{package_id}"): OPERATOR,
    ("POST", "/console/review/{package_id}/{action}"): OPERATOR,
    ("*", "/console/{rest}"): OPERATOR,
    ("GET", "/statistics"): OFFICE,
    ("GET", "/statistics/list.csv"): OFFICE,
    ("GET", "/statistics/monthly.csv"): OFFICE,
    ("*", "/statistics/{rest}"): OFFICE,
}

BODIES: dict[str, dict] = {
    "withdraw": {"json": {"reason": "x"}},
    "update": {"json": {"reason": "x", "subject": "y"}},
    "declare": {"json": {"declaration": "not_secret", "declared_by": "An"}},
    "ack": {"json": {"lease": "x", "sha256": "0" * 64}},
    "report": {"json": {"kind": "error", "text": "Sai số ký hiệu"}},
    "status": {"json": {"code": "03"}},
    "assign": {"json": {"system": "x"}},
    "paper": {"json": {"recipient": "x", "copies": 1, "issued_on": "2026-11-20", "by": "An"}},
}
"""Last word of a path -> a body that would do, were the id the caller's own."""


def of(app) -> set[tuple[str, str]]:
    """The routes of an application, without what the library adds (HEAD) and the answers to wrong methods."""
    found = {(route.method, route.resource.canonical) for route in app.router.routes()}
    named = {path for method, path in found if method != "*"}
    return {
        (method, path)
        for method, path in found
        if method != "HEAD" and not path.startswith("/static/") and not (method == "*" and path in named)
    }


def fill(path: str, **ids: str) -> str:
    """A path with these ids; what is left gets something harmless."""
    given = {
        "n": "0", "rest": "x", "slashes": "", "action": "hold", "name": "A", "code": "A", "slug": "forbidden",
        "system_id": "x", "webhook_id": "00000000-0000-4000-8000-000000000000", **ids,
    }  # fmt: skip
    for name, value in given.items():
        path = path.replace("{" + name + "}", value)
    return path
