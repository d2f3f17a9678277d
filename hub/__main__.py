"""`python -m hub` is `truc`."""

from __future__ import annotations

import sys

from hub.cli import main

if __name__ == "__main__":  # verifier processes read this file again
    sys.exit(main())
