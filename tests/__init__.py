"""Tests of the package."""

PROMPTLY = 10.0
"""Seconds that a stop may take where other tests share the machine; on one of its own two are promised."""
