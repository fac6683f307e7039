"""What routes ask for: the parts that the application was built with."""

from datetime import datetime
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from classifiers import Diagnoser
from service.settings import Settings
from service.store.store import Store


class Clock(Protocol):
    """Says what time it is."""

    def __call__(self) -> datetime:
        """The time now, with its zone."""
        ...


def _diagnoser(request: Request) -> Diagnoser:
    return cast("Diagnoser", request.app.state.diagnoser)


def _store(request: Request) -> Store:
    return cast("Store", request.app.state.store)


def _settings(request: Request) -> Settings:
    return cast("Settings", request.app.state.settings)


def _clock(request: Request) -> Clock:
    return cast("Clock", request.app.state.clock)


DiagnoserDep = Annotated[Diagnoser, Depends(_diagnoser)]
StoreDep = Annotated[Store, Depends(_store)]
SettingsDep = Annotated[Settings, Depends(_settings)]
ClockDep = Annotated[Clock, Depends(_clock)]
