"""Lessons: a question, a session, and steps that lead through it; each is checked without a window."""

from __future__ import annotations

from neurosim.lessons.lab import Lab, load_lab
from neurosim.lessons.lesson import Lesson, Step
from neurosim.lessons.lesson_texts import load_lesson
from neurosim.lessons.runner import LessonRunner, Taken, rehearse
from neurosim.lessons.setting import Setting
from neurosim.lessons.sheet import sheet_page, write_sheet

__all__ = [
    "Lab",
    "Lesson",
    "LessonRunner",
    "Setting",
    "Step",
    "Taken",
    "load_lab",
    "load_lesson",
    "rehearse",
    "sheet_page",
    "write_sheet",
]
