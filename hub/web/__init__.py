"""What all pages share: who is looking (`sessions`, `login`), who may (`guard`), and how it looks (`pages`, `words`).

A page is a handler of a `Visit`. It is server-rendered, whole without scripts, and loads nothing from other hosts.
"""
