"""Devices: being built."""

from clinic.web.portal import portal


@portal.get("/devices")
def devices() -> str:
    return ""
