"""Random lives of documents, statuses and wishes to have them back: every rule of everybody."""

from __future__ import annotations

from .operators import Operators
from .recipients import Recipients
from .senders import Senders


class Life(Senders, Recipients, Operators):
    """One hub and its book; `folder` and `place` are set by the test."""
