"""What becomes of a document after it was sent: taken back, recalled, updated, replaced."""

from __future__ import annotations

from aiohttp import web

from connectors.forms import sending as forms
from connectors.forms.metadata import Metadata, Replaced
from edxml.faults import Fault, Refusal
from hub.flow import intake
from hub.flow.recalls import changes, withdraw
from hub.http import api_packages
from hub.http import api_shapes as shapes
from hub.http.api_call import Call, answer


async def take_back(call: Call) -> web.StreamResponse:
    """POST /packages/{package_id}/withdraw."""
    package_id = call.id("package_id")
    asked = await call.json(shapes.Withdrawal)
    done = await withdraw.withdraw(
        call.hub,
        call.system,
        package_id,
        reason=asked.reason,
        kind=asked.kind,
        recipients=asked.recipients,
        staff=forms.staff(asked.staff),
    )
    found = [_recalled(one) for one in done]
    kept = [one for one in found if one.kept is not None]
    return answer(shapes.Withdrawn(package_id=package_id, recipients=found, refused=kept))


async def update(call: Call) -> web.StreamResponse:
    """POST /packages/{package_id}/update."""
    package_id = call.id("package_id")
    asked = await call.json(shapes.Updating)
    change = changes.Change(
        reason=asked.reason,
        subject=asked.subject,
        content=asked.content,
        due_date=asked.due_date,
        sphere=asked.sphere,
        add=asked.add,
        remove=asked.remove,
        staff=forms.staff(asked.staff),
    )
    accepted = await changes.update(call.hub, call.system, package_id, change)
    return _accepted(call, accepted)


async def replace(call: Call) -> web.StreamResponse:
    """POST /packages/{package_id}/replace."""
    old = await changes.replaced(call.hub, call.system, call.id("package_id"))
    if call.request.content_type != "multipart/form-data":
        raise Refusal(Fault.UNSUPPORTED_TYPE, "send metadata and files as multipart/form-data")

    def replacing(said: Metadata | None) -> Metadata:
        """The new document as the replacement of the old one."""
        if said is None:
            raise Refusal(Fault.SCHEMA_INVALID, "the part `metadata` (JSON) is missing", where="metadata")
        if not said.reason.strip():
            raise Refusal(Fault.REASON_REQUIRED, where="reason")  # law: R-160
        first = Replaced(document_id=old.document_id, recipients=list(old.recipients))
        others = [one for one in said.replaces if one.document_id != old.document_id]
        return said.model_copy(update={"kind": "replacement", "replaces": [first, *others]})

    async with api_packages.sent_package(call, replacing) as (body, submission):
        accepted = await intake.accept(call.hub, body, submission)
    return _accepted(call, accepted)


def _accepted(call: Call, accepted: intake.Accepted) -> web.StreamResponse:
    location = f"/api/v1/packages/{accepted.package_id}"
    told = api_packages.told(accepted, english=call.english)
    return answer(told, 200 if accepted.repeated else 201, {"Location": location})


def _recalled(one: withdraw.RecipientRecall) -> shapes.RecipientRecalled:
    return shapes.RecipientRecalled(
        recipient=one.recipient,
        recall_state=one.recall_state,
        business_status=one.business_status,
        kept=one.kept,
        replied_by=one.replied_by,
    )
