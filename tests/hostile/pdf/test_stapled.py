"""Group E in a PDF: answers that come with a document cost little, however many and however long (E-06, E-05)."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zlib
from datetime import UTC, datetime

from asn1crypto import core, crl
from pyhanko.pdf_utils import generic

from edxml.testing import signed_pdf
from edxml.testing.revisions import written

from .test_broken import CPU_SECONDS, MEGABYTES, PROGRAM

NAME = generic.pdf_name


def long_list(ca, entries: int = 250_000) -> bytes:
    """A revocation list of some eight megabytes, all lines equal, signed by nobody."""
    found = crl.CertificateList.load(ca.crl_for(ca.root))
    moment = core.UTCTime(datetime(2026, 1, 1, tzinfo=UTC)).dump()
    serial = core.Integer(1 << 40).dump()
    line = core.Sequence(contents=serial + moment).dump()
    found["tbs_cert_list"]["revoked_certificates"] = crl.RevokedCertificates.load(
        core.Sequence(contents=line * entries).dump()
    )
    return found.dump(force=True)


def test_e_06_many_long_lists_in_a_document_cost_little(tmp_path, ca):
    whole = long_list(ca)
    packed = [zlib.compress(whole[:-1] + bytes([number])) for number in range(40)]

    def stapled(writer):
        lists = generic.ArrayObject()
        for data in packed:
            entries = generic.DictionaryObject({NAME("/Filter"): NAME("/FlateDecode")})
            lists.append(writer.add_object(generic.StreamObject(entries, encoded_data=data)))
        store = generic.DictionaryObject({NAME("/CRLs"): lists})
        writer.root[NAME("/DSS")] = writer.add_object(store)
        writer.update_root()

    path = tmp_path / "a.pdf"
    path.write_bytes(written(signed_pdf(ca), stapled))
    assert path.stat().st_size < 8_000_000

    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, timeout=300, check=False
    )

    assert run.returncode == 0, run.stderr[-2000:]
    figures = json.loads(run.stdout)
    assert figures["seconds"] < CPU_SECONDS, figures
    assert figures["megabytes"] < MEGABYTES, figures


def test_e_06_lists_of_a_usual_length_are_used(ca):
    from edxml.pdf.reading import open_pdf
    from edxml.testing.signing import with_answers
    from edxml.trust.revocation_sources import Stapled
    from edxml.trust.stapled_answers import of_dss

    lists = ca.crls()
    data = with_answers(signed_pdf(ca), Stapled(crls=lists))

    assert of_dss(open_pdf(io.BytesIO(data)).reader).crls == lists
