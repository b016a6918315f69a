"""The report items, and those that a clinician may have something to say about."""

from __future__ import annotations

REPORT_ITEM_COUNT = 44
REPORT_ITEMS = {
    "intended use": 1,
    "cost of a miss": 4,
    "source": 5,
    "dates": 6,
    "setting": 7,
    "inclusion": 8,
    "groups": 10,
    "demographics": 13,
    "missing data": 16,
    "de-identification": 18,
    "reference standard": 19,
    "annotators": 20,
    "subgroups": 31,
    "shortcuts": 32,
    "external validation": 36,
    "availability": 40,
    "oversight": 42,
    "ethics": 43,
    "monitoring": 44,
}
"""Report items that a clinician may have something to say about, by the key that ``study.answer`` takes."""
