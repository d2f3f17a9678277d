"""Every real sample beside the project gets exactly its described outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from edxml import reader, rules, writer
from edxml.faults import Refusal

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "edxml"
DOCUMENT = "000.00.00.G22,2015/09/30,7816/VPCP-TTĐT"

# file: (fault) or (kind, business type or status code, sender, signature, warnings, (attachment kind, zipped))
OUTCOMES = {
    "gateway_minimal_hand-built.edxml": ("edoc", 0, "vxp.saas.03", "none", [], ("zip", True)),
    "lgsp-qn_edoc_new_lib-order.edxml": ("edoc", 0, "000.00.00.G22", "opaque", [], ("zip", True)),
    "vxp-axis_received_2019_rewritten-by-axis.edxml": ("edoc", 0, "000.00.15.H51", "opaque", [], ("zip", True)),
    "vxp-axis_received_2025_pdf-corrupted-by-utf8.edxml": (
        "edoc",
        0,
        "vxp.saas.03",
        "none",
        ["attachment_ruined"],
        ("pdf", False),
    ),
    "vxp-axis_received_2025_pdf-labelled-but-zipped.edxml": ("edoc", 0, "vxp.saas.03", "none", [], ("zip", True)),
    "vxp-sdk_edoc_new_type0.edxml": ("edoc", 0, "000.00.00.A80", "opaque", [], ("zip", True)),
    "vxp-sdk_edoc_new_type0_stray-bytes-before-xmldecl.edxml": ("xml_not_well_formed",),
    "vxp-sdk_edoc_replacement_type3.edxml": ("edoc", 3, "000.00.00.G22", "opaque", [], ("zip", True)),
    # both use prefixes nobody declared, and carry a Signature in the xmldsig namespace: never repaired
    "vxp-sdk_edoc_request_hand-written.edxml": ("xml_not_well_formed",),
    "vxp-sdk_inner_edoc_found-inside-edoc_new.edxml": ("xml_not_well_formed",),
    "vxp-sdk_edoc_revocation_type1.edxml": ("edoc", 1, "000.00.00.G22", "opaque", [], ("zip", True)),
    "vxp-sdk_edoc_update_type2.edxml": ("edoc", 2, "000.00.00.G22", "opaque", [], ("zip", True)),
    "vxp-sdk_status_01_inbox.edxml": ("status", "01", "000.00.00.H41", "none", [], None),
    "vxp-sdk_status_01_lib-order.edxml": ("status", "01", "000.00.00.H41", "none", [], None),
    "vxp-sdk_status_02_rejection.edxml": ("status", "02", "000.00.00.H41", "none", [], None),
    "vxp-sdk_status_03_acceptance.edxml": ("status", "03", "000.00.00.H41", "none", [], None),
    "vxp-sdk_status_04_assignment.edxml": ("status", "04", "000.00.00.H41", "none", [], None),
    "vxp-sdk_status_05_processing.edxml": ("status", "05", "000.00.00.H41", "none", [], None),
    "vxp-sdk_status_06_finish.edxml": ("status", "06", "000.00.00.H41", "none", [], None),
    "vxp-sdk_status_13_cancellation.edxml": ("status", "13", "000.00.00.G22", "none", [], None),
    "vxp-sdk_status_15_change-acceptance.edxml": ("status", "15", "000.00.00.H41", "none", [], None),
    "vxp-sdk_status_16_change-rejection.edxml": ("status", "16", "000.00.00.H41", "none", [], None),
}


def load(name: str) -> bytes:
    if not SAMPLES.is_dir():
        pytest.skip(f"the real samples are not here ({SAMPLES.name} beside the project)")
    return (SAMPLES / name).read_bytes()


def test_every_sample_has_its_outcome_here():
    if not SAMPLES.is_dir():
        pytest.skip("the real samples are not here")

    assert {path.name for path in SAMPLES.glob("*.edxml")} == set(OUTCOMES)


@pytest.mark.parametrize(("name", "expected"), OUTCOMES.items(), ids=OUTCOMES)
def test_a_real_sample_has_its_described_outcome(name, expected):
    data = load(name)

    if len(expected) == 1:
        with pytest.raises(Refusal) as refused:
            reader.read(data)
        assert refused.value.fault.slug == expected[0]
        return
    package = reader.read(data)
    warnings = rules.check(package)

    kind, code, sender, signature, warned, file = expected
    assert (package.message_type, package.sender_id, package.signature) == (kind, sender, signature)
    assert (package.status.code if package.status else package.business.type) == code
    assert [warning.code for warning in warnings] == warned
    assert [(one.kind, one.zipped) for one in package.attachments] == ([file] if file else [])


@pytest.mark.parametrize("name", [name for name, expected in OUTCOMES.items() if len(expected) > 1])
def test_a_real_sample_keeps_its_meaning_when_written_again(name):
    data = load(name)
    first = reader.read(data)

    if first.status is not None:
        written = writer.write_status(first.status)
    else:
        files = [
            writer.OutgoingAttachment(
                one.name, _decoded(data, one), one.declared_type, one.content_id, one.description, carried=True
            )
            for one in first.attachments
        ]
        written = writer.write_edoc(first.header, first.business, first.trace, files, extra=first.extra)
    second = reader.read(written)

    assert (second.header, second.business, second.trace, second.status) == (
        first.header,
        first.business,
        first.trace,
        first.status,
    )
    assert [(one.content_id, one.name, one.sha256) for one in second.attachments] == [
        (one.content_id, one.name, one.sha256) for one in first.attachments
    ]


def test_the_business_of_the_samples_is_read_whole():
    update = reader.read(load("vxp-sdk_edoc_update_type2.edxml"))
    replacement = reader.read(load("vxp-sdk_edoc_replacement_type3.edxml"))
    recall = reader.read(load("vxp-sdk_edoc_revocation_type1.edxml"))

    changes = [(one.organ_id, one.type) for one in update.business.receivers]
    assert changes == [("000.00.00.H41", 0), ("000.00.00.H14", 1)]
    assert (update.business.document_info, update.business.document_receiver) == (1, 1)
    assert update.business.document_id != update.document_id == DOCUMENT
    assert replacement.business.replacements[0].organ_ids == ("000.00.00.H41", "000.00.00.H14")
    assert recall.business.reason
    assert recall.header.responses[0].code == "267/VPCP-TTĐT"


def test_an_empty_response_and_an_incomplete_hop_are_no_fault():
    rewritten = reader.read(load("vxp-axis_received_2019_rewritten-by-axis.edxml"))
    received = reader.read(load("vxp-axis_received_2025_pdf-labelled-but-zipped.edxml"))

    assert rewritten.header.responses == ()
    assert [hop.organ_id for hop in received.trace] == ["null", ""]


def _decoded(data: bytes, attachment) -> bytes:
    import base64

    begin, end = attachment.encoded_range
    return base64.b64decode(data[begin:end])
