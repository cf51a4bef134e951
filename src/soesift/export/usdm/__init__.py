"""USDM 4.0: a whole study (`Wrapper` > `Study` > `StudyVersion` > `StudyDesign`) around the schedules of a result."""

from soesift.export.usdm.facts import StudyFacts
from soesift.export.usdm.study import usdm_study, write_usdm

__all__ = ["StudyFacts", "usdm_study", "write_usdm"]
