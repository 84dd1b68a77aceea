"""What the service is called, and what the environment says."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

NAME = "{{ cookiecutter.project_slug }}"


class Settings(BaseSettings):
    """One field for each variable: ``port`` is ``PORT``.

    All that is wrong is told at the start, by name, and never with its value: it may be a secret.
    """

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    host: str = "0.0.0.0"  # noqa: S104  # a container's requests come from outside of it
    port: int = Field(default=8080, ge=0, le=65_535)
    log_format: Literal["json", "text"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    reload: bool = False
