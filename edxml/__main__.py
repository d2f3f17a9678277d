"""`python -m edxml`: the same as `truc edxml`."""

from __future__ import annotations

import sys

from edxml.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
