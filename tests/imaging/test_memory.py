import subprocess
import sys

import pytest

PAGE_FAULTS = """
import resource, sys, torch
from jupyter_clinagent.imaging.memory import keep_large_blocks
if sys.argv[1] == "keep":
    assert keep_large_blocks()
def work():
    blocks = [torch.zeros(3_000_000) for _ in range(4)]
for _ in range(3):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mallopt is glibc's")
def test_large_blocks_are_not_fetched_anew_page_by_page() -> None:
    def faults(how: str) -> int:
        return int(subprocess.check_output([sys.executable, "-c", PAGE_FAULTS, how], text=True))

    plain = faults("plain")
    if not plain:
        pytest.skip("this system counts no page faults")
    assert faults("keep") < plain / 10
