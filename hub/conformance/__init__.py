"""The conformance kit: does a connector, or a whole office system, keep what the exchange relies on?

`levels` says what each level needs, `report` writes and verifies the signed report, `connectors_checked` runs the
scenarios of `connectors.testing` over one connector. For an office system: `sandbox` is a real hub in a temporary
folder with agencies that answer, refuse and wait, `proxy` the faulty line in front of it, `live` what is tried.
"""
