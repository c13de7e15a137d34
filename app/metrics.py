"""What is counted. Served by `/metrics` on a port of its own that only this machine can reach."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("assistant_requests_total", "HTTP requests by route template and status", ["route", "status"])
ANSWERS = Counter("assistant_answers_total", "Answers by status", ["status"])
ANSWER_SECONDS = Histogram(
    "assistant_answer_seconds",
    "Time to answer one question",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
MASKED = Counter("assistant_masked_total", "Personal data masked in questions, by kind", ["kind"])
READY = Gauge("assistant_ready", "1 when an artifact is loaded and warm")
GUIDES = Gauge("assistant_guides", "Guides in the artifact being served")
