"""How a page looks: templates, languages, times and sizes as people read them, and the headers every page carries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web
from yarl import URL

from edxml.faults import Fault
from hub import clock
from hub.context import Hub
from hub.flow.desk import MOST, Desk
from hub.web import words
from hub.web.sessions import Person

LANGUAGES = ("vi", "en")
LANGUAGE_COOKIE = "truc_lang"

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every page: one stylesheet and one picture of ours, no script at all."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # `no-referrer` would take Origin from our own forms, which the guard compares
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_FOLDER = Path(__file__).parent
STATIC = {
    f"/static/{path.stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix}": path
    for path in sorted((_FOLDER / "static").iterdir())
}
"""Address -> file. The address holds the digest of the bytes, so that a browser keeps it for ever."""

_MEDIA = {".css": "text/css", ".svg": "image/svg+xml"}
_ADDRESS_OF = {path.name: address for address, path in STATIC.items()}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page: who asks, in which language, and the form's fields when it was sent.

    desk: what waits, for operators.
    """

    hub: Hub
    request: web.Request
    language: str
    person: Person | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)

    def say(self, vietnamese: str, english: str) -> str:
        """The text in the visitor's language."""
        return english if self.language == "en" else vietnamese

    def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page from a template; `values` are its names."""
        text = _environment.get_template(template).render(
            t=self.say,
            language=self.language,
            person=self.person,
            desk=self.desk,
            address=_ADDRESS_OF,
            here=self.request.path,
            other_language=self.other_language(),
            hub_name=self.hub.settings.hub.name or self.hub.settings.hub.organ_id,
            test_mode=self.hub.settings.hub.test_mode or self.hub.keys.is_test,
            now=self.hub.clock.now(),
            **values,
        )
        return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")

    def other_language(self) -> str:
        """The address of this page in the other language; an answer to a form has none: the overview then."""
        at = self.request.rel_url if self.request.method in {"GET", "HEAD"} else URL("/console")
        return str(at.update_query(lang="vi" if self.language == "en" else "en"))

    def go(self, location: str) -> web.Response:
        """To another page of ours, by GET (303): a reload does not send the form again."""
        return web.Response(status=303, headers={"Location": location})


def language_of(request: web.Request) -> str:
    """The visitor's language: chosen by ?lang=, kept in a cookie, Vietnamese when nothing was ever chosen.

    A browser's own preference is not asked: Windows in English is common in offices that work in Vietnamese.
    """
    for chosen in (request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return str(chosen)
    return "vi"


def finish(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on that every page carries, and keep a language that was just chosen."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    chosen = request.query.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, str(chosen), max_age=31_536_000, secure=request.secure, httponly=True, samesite="Lax"
        )


async def static(request: web.Request) -> web.Response:
    """The stylesheet or the picture."""
    path = STATIC[request.path]
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=path.read_bytes(), content_type=_MEDIA[path.suffix], charset="utf-8", headers=headers)


def local_path(text: str, otherwise: str) -> str:
    """`text` when it is a path on this server, else `otherwise`: a sign-in never leads to another host."""
    safe = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and len(text) < 500
    return text if safe and "\\" not in text else otherwise


# ---------------------------------------------------------------------------------------------- as people read it


def moment(value: datetime | str | None, *, seconds: bool = False) -> str:
    """`21/11/2026 09:15` on a Vietnamese clock; a dash for nothing."""
    if value is None:
        return "–"
    at = clock.from_text(value) if isinstance(value, str) else value
    return clock.local(at).strftime("%d/%m/%Y %H:%M:%S" if seconds else "%d/%m/%Y %H:%M")


def machine(value: datetime | str) -> str:
    """The same moment for a `datetime` attribute."""
    return clock.local_text(clock.from_text(value) if isinstance(value, str) else value)


@jinja2.pass_context
def age(context: jinja2.runtime.Context, value: datetime | str) -> str:
    """How long ago: `3 giờ 5 phút`."""
    at = clock.from_text(value) if isinstance(value, str) else value
    minutes = max(0, int((context["now"] - at).total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    t = context["t"]
    if days:
        return t(f"{days} ngày {hours} giờ", f"{days} d {hours} h")  # type: ignore[no-any-return]
    if hours:
        return t(f"{hours} giờ {minutes % 60} phút", f"{hours} h {minutes % 60} min")  # type: ignore[no-any-return]
    return t(f"{minutes} phút", f"{minutes} min")  # type: ignore[no-any-return]


@jinja2.pass_context
def size(context: jinja2.runtime.Context, value: int) -> str:
    """`1,2 MB`; a kilobyte has 1024 bytes."""
    if value < 1024:
        return f"{value} B"
    number, unit = (value / 1024, "KB") if value < 1_048_576 else (value / 1_048_576, "MB")
    text = f"{number:.1f}" if number < 100 else f"{number:.0f}"
    return f"{text.replace('.', ',') if context['language'] == 'vi' else text} {unit}"


@jinja2.pass_context
def number(context: jinja2.runtime.Context, value: int | None) -> str:
    """`1.234` in Vietnamese, `1,234` in English; a dash for nothing."""
    if value is None:
        return "–"
    text = f"{value:,}"
    return text.replace(",", ".") if context["language"] == "vi" else text


@jinja2.pass_context
def count(context: jinja2.runtime.Context, value: int) -> str:
    """A number of the desk: `99+` where counting ended."""
    return f"{MOST}+" if value > MOST else number(context, value)


def day(value: str | date | None) -> str:
    """`21/11/2026` of `2026-11-21` or `2026/11/21`; what is no day as it is, a dash for nothing."""
    if not value:
        return "–"
    try:
        return date.fromisoformat(str(value).replace("/", "-")).strftime("%d/%m/%Y")
    except ValueError:
        return str(value)


def sentence(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


@jinja2.pass_context
def fault(context: jinja2.runtime.Context, code: str) -> str:
    """What a fault's code means; the code itself when it is none of ours."""
    known = Fault.__members__.get(code.upper())
    return context["t"](known.title_vi, known.title_en) if known else code


@jinja2.pass_context
def word(context: jinja2.runtime.Context, code: str | None, table: str) -> str:
    """The word of a code in one of the tables of `words`; the code itself when it has none."""
    if not code:
        return ""
    pair = getattr(words, table).get(code)
    return context["t"](*pair) if pair else code


_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "moment": moment, "machine": machine, "age": age, "size": size, "number": number, "word": word,
    "count": count, "day": day, "sentence": sentence, "fault": fault,
}  # fmt: skip
