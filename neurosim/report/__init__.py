"""Reports: a session or a course as one page to keep, to print and to hand on."""
