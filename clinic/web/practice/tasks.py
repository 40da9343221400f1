"""Tasks: being built."""

from clinic.web.practice import practice


@practice.get("/tasks")
def tasks() -> str:
    return ""
