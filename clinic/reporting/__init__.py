"""Builds the documents' data for an audience, through access.

Decides: which scope each section of a document comes from. The scopes are those of the **reader** (`Viewer.person`,
`Viewer.both`, or the clinician), never of the one who presses the button: what the reader may not see is not loaded. Must never
know: how a document looks.

    progress(case, Audience.JOINT, maker=viewer, ...) -> reports.ProgressReport
"""

from __future__ import annotations

from clinic.reporting.progress import Request, progress

__all__ = ["Request", "progress"]
