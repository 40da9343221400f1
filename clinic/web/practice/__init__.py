"""The counselor's pages. One module per noun; each adds its routes to this blueprint."""

from flask import Blueprint

practice = Blueprint("practice", __name__, url_prefix="/practice")

from clinic.web.practice import (  # noqa: E402, F401  (the routes hang on the blueprint above)
    agreements,
    apart,
    assigning,
    case_notes,
    caseload,
    cases,
    closing,
    correcting,
    encounters,
    goals,
    holds,
    library,
    measures,
    notes,
    own_settings,
    palette,
    own_tasks,
    people,
    phrases,
    planned,
    plans,
    reports,
    reveals,
    review,
    safety,
    schedules,
    search,
    separation,
    setbacks,
    signing,
    signs,
    staffing,
    stages,
    supervision,
    tasks,
    timeline,
)
