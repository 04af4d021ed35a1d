"""Checks of a student's functions: three states, partial credit and a diagnosis."""

from course.checks.check import check, finished, quiz
from course.checks.hints import hint
from course.checks.progress import progress
from course.checks.report import CheckFailed, Report

__all__ = ["CheckFailed", "Report", "check", "finished", "hint", "progress", "quiz"]
