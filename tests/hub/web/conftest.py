"""The fixtures of people at the pages."""

from visitors import operator, people, sections, visitor  # noqa: F401
