"""Peers that tests call instead of the world."""
