"""Courses that lessons show, computed beforehand by ``tools/make_lesson_tables.py``."""
