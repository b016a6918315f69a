"""Loading a cohort without a study, under the name by which scripts outside this package know it."""

from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes

__all__ = ["Wishes", "load_cohort"]
