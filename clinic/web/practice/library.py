"""Library: being built."""

from clinic.web.practice import practice


@practice.get("/library")
def library() -> str:
    return ""
