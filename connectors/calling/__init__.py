"""What all calls over HTTP share, whoever makes them: which addresses may be written, TLS, signature, the answer.

`addresses`: an address is read in the one spelling that every program reads alike, or refused. `signing`: Standard
Webhooks (standardwebhooks.com). `tls`: our certificate, and whose certificate is believed. `answers`: bounded reading.
"""
