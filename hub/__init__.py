"""The hub: takes signed documents in from agencies' systems, delivers them, and keeps the proof of both.

Read downward: cli, app, the doors (http, console, …), web, flow, context, store; pyproject.toml holds that order.
"""
