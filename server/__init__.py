"""Hekje's server."""
