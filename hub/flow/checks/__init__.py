"""The content checks: one file each, one ordered list."""
