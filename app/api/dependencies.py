"""What a route needs of the running service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.assistant import Assistant
from app.errors import ArtifactMissing
from app.library import Library
from app.service import Service


def get_service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def get_assistant(service: Annotated[Service, Depends(get_service)]) -> Assistant:
    if service.assistant is None:
        raise ArtifactMissing(service.obstacle)
    return service.assistant


def get_library(assistant: Annotated[Assistant, Depends(get_assistant)]) -> Library:
    return assistant.library.current


CurrentService = Annotated[Service, Depends(get_service)]
CurrentAssistant = Annotated[Assistant, Depends(get_assistant)]
CurrentLibrary = Annotated[Library, Depends(get_library)]
