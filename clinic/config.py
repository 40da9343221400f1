"""What a practice may set, and what is said when it is set wrongly.

Decides: which settings exist, their bounds and defaults, where relative paths count from, the words for every mistake.
Must never know: what a setting is used for. Nothing here opens a database, reads a key or makes a folder.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from clinic.example import filled_example as filled_example
from clinic.misset import sentence_for

FILE_NAME = "config.toml"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ConfigError(Exception):
    """The settings cannot be used. `str()` is one plain line per mistake, all of them at once."""

    def __init__(self, lines: list[str], source: str = "") -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join([f"The settings in {source} cannot be used:", *lines] if source else lines))


def _wrong(expected: str) -> PydanticCustomError:
    return PydanticCustomError("expected", "expected {words}", {"words": expected})


def _spoken(text: str) -> str:
    """Text with something in it, and nothing that would break a header, a line or a page."""
    if not text.strip() or not text.isprintable():
        raise _wrong("a line of text")
    return text.strip()


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        near = difflib.get_close_matches(name, zoneinfo.available_timezones(), n=1)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        raise _wrong(f'an IANA time zone such as "Europe/Berlin"{hint}')
    return name


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise _wrong('an address such as "https://practice.example"')
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise _wrong("https:// (plain http is for this computer alone)")
    return url.rstrip("/")


def _path(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\0" in str(value):
        raise _wrong("a path")
    base: Path = (info.context or {}).get("folder", Path.cwd())
    return (base / Path(value).expanduser()).resolve()


Line = Annotated[str, AfterValidator(_spoken)]
Located = Annotated[Path, BeforeValidator(_path)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


class CrisisLine(Section):
    name: Line
    contact: Line
    checked_on: date


class Practice(Section):
    name: Line
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    language: Literal["en"] = "en"
    letterhead: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    paper: Literal["A4", "Letter"] = "Letter"
    demo: bool = False
    crisis_lines: Annotated[tuple[CrisisLine, ...], Field(strict=False)] = ()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Storage(Section):
    """Defaults follow `folder`, which is why it stands first. Loaded, `database` and `keys` are SQLAlchemy URLs."""

    folder: Located = Path("data")
    database: str = "sqlite"
    keys: str = "sqlite"
    key_file: Located = Path()
    checkpoints: Located = Path()

    @field_validator("key_file", "checkpoints", mode="before")
    @classmethod
    def _beside_the_data(cls, value: Any, info: ValidationInfo) -> Any:
        names = {"key_file": "keys/master.key", "checkpoints": "checkpoints/audit.txt"}
        # Path() is the default that nobody can write: TOML knows no Path.
        is_left_out = value == Path() and "folder" in info.data
        return info.data["folder"] / names[info.field_name or ""] if is_left_out else value

    @field_validator("database", "keys")
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        if value == "sqlite" and "folder" in info.data:
            name = {"database": "practice.db", "keys": "keys/keys.db"}[info.field_name or ""]
            return f"sqlite:///{(info.data['folder'] / name).as_posix()}"
        if value == "sqlite" or re.fullmatch(r"postgresql(\+\w+)?://\S+", value):
            return value
        raise _wrong('"sqlite" or an address that begins with postgresql://')


class Web(Section):
    host: Line = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    public_url: Annotated[str, AfterValidator(_web_address)] = "http://127.0.0.1:8000"
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    threads: Annotated[int, Field(ge=1, le=64)] = 8


class Accounts(Section):
    """The lower bounds of passwords are a promise to clients, so no setting goes below them."""

    invitation_days: Annotated[int, Field(ge=1, le=60)] = 7
    client_idle_minutes: Count = 15
    client_hours: Count = 8
    staff_idle_minutes: Count = 30
    staff_hours: Count = 12
    client_password_length: Annotated[int, Field(ge=12, le=64)] = 12
    staff_password_length: Annotated[int, Field(ge=15, le=64)] = 15


class Programme(Section):
    safety_check_weeks: Annotated[int, Field(ge=1, le=52)] = 8
    folder: Located = Path("programme")

    @property
    def own_folder(self) -> Path | None:
        """The practice's own modules and worksheets: None where there are none and none were named."""
        return self.folder if "folder" in self.model_fields_set or self.folder.is_dir() else None


class Notes(Section):
    late_after_hours: Annotated[int, Field(ge=1, le=720)] = 48


class MeasureThreshold(Section):
    """What a practice sets otherwise than the file of one measure (`forms.thresholds` says what it may)."""

    id: Line
    cutoff: float | None = None
    reliable_change: Annotated[float, Field(gt=0)] | None = None
    deviation: Annotated[float, Field(gt=0)] | None = None
    reliability: Annotated[float, Field(ge=0, lt=1)] | None = None
    source: Line = "set by the practice"


class Mail(Section):
    """How notes leave. Off until a practice turns it on."""

    enabled: bool = False
    host: Line = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    starttls: bool = True
    user: str = ""
    password_file: Located = Path()
    sender: str = ""

    @field_validator("starttls")
    @classmethod
    def _not_in_the_clear(cls, value: bool, info: ValidationInfo) -> bool:
        """An address of a client goes over no network that others can listen to."""
        if info.data.get("enabled") and not value and info.data.get("host") not in LOOPBACK:
            raise _wrong("true (a mail server on another computer is spoken to encrypted only)")
        return value

    @field_validator("password_file", mode="before")
    @classmethod
    def _none_named(cls, value: Any) -> Any:
        return "none" if value == Path() else value

    @field_validator("sender")
    @classmethod
    def _an_address(cls, value: str, info: ValidationInfo) -> str:
        is_needed = bool(info.data.get("enabled"))
        if (is_needed or value) and not re.fullmatch(r"[\w.+-]+@[\w.-]+", value, re.ASCII):
            raise _wrong('an address such as "notes@mail.example"')
        return value


class Reminders(Section):
    most_per_week: Annotated[int, Field(ge=1, le=7)] = 3
    again_after_days: Annotated[int, Field(ge=1, le=60)] = 4
    ask_again_days: Annotated[int, Field(ge=1, le=365)] = 60


class Settings(Section):
    """Everything that a practice set, checked and with absolute paths."""

    practice: Practice
    storage: Storage
    web: Web = Web()
    accounts: Accounts = Accounts()
    programme: Programme
    notes: Notes = Notes()
    mail: Mail
    reminders: Reminders = Reminders()
    measures: Annotated[tuple[MeasureThreshold, ...], Field(strict=False)] = ()

    def under(self, prefix: str) -> Settings:
        """The same for an application that is mounted there: the address that people type ends with the prefix."""
        address = self.web.public_url
        if urlsplit(address).path.endswith(prefix):
            return self
        return self.model_copy(update={"web": self.web.model_copy(update={"public_url": address + prefix})})

    @classmethod
    def load(cls, path: Path | str) -> Settings:
        file = Path(path).expanduser().resolve()
        try:
            mapping = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ConfigError([f"There is no settings file {file}: `clinic init --folder DIR` makes one."]) from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError([f"The settings file {file} cannot be read: {error}"]) from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError([f"not valid TOML: {error}"], str(file)) from None
        try:
            return cls.from_mapping(mapping, file.parent)
        except ConfigError as error:
            raise ConfigError(list(error.lines), str(file)) from None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], folder: Path) -> Settings:
        whole = {"storage": {}, "programme": {}, "mail": {}, **mapping}  # their paths count from the folder
        try:
            return cls.model_validate(whole, context={"folder": Path(folder).resolve()})
        except ValidationError as error:
            raise ConfigError([sentence_for(detail, setting_paths()) for detail in error.errors()]) from None


def setting_paths(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Every section and setting as a dotted path, such as `practice.crisis_lines.contact`."""
    for name, field in model.model_fields.items():
        yield prefix + name
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for part in inner:
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from setting_paths(part, f"{prefix}{name}.")
