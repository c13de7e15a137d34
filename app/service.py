"""The assistant of a running process: loaded in the background and kept up with new artifacts."""

from __future__ import annotations

import logging
import threading

from app.assistant import Assistant, create_assistant
from app.config import Settings
from app.errors import AssistantError
from app.metrics import GUIDES, READY

log = logging.getLogger(__name__)


class Service:
    """`assistant` is None until an artifact is loaded; `obstacle` then says, in Vietnamese, why."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.assistant: Assistant | None = None
        self.obstacle = "Đang khởi động, đợi vài giây."
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_current, name="artifact-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=5)

    def refresh(self) -> None:
        """Load the artifact if there is none in memory, or the newer one if one went live."""
        if self.assistant is None:
            self._load()
        else:
            self.assistant.library.refresh()
        if self.assistant:
            READY.set(1)
            GUIDES.set(len(self.assistant.library.current.guides))

    def _keep_current(self) -> None:
        while True:
            try:
                self.refresh()
            except Exception as error:  # this thread must outlive anything: without it no new artifact is ever seen
                self.obstacle = "Có lỗi khi nạp chỉ mục; đang thử lại."
                log.error("refresh_failed", extra={"error": type(error).__name__})
            if self._stopping.wait(self.settings.reload_every_s):
                return

    def _load(self) -> None:
        try:
            self.assistant = create_assistant(self.settings)
        except AssistantError as error:
            if str(error) != self.obstacle:
                log.error("not_ready", extra={"reason": str(error)})
            self.obstacle = str(error)
        else:
            log.info("ready", extra={"version": self.assistant.library.current.version})
