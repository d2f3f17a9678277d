"""From a certificate to a trusted anchor: paths, revocation, time-stamps, each with "cannot tell"."""
