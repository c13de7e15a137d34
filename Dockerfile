# Bản gọn của Trợ lý trong một container: dịch vụ, kho hướng dẫn và chỉ mục dựng sẵn.
#   docker build -t tro-ly .
#   docker run -p 8000:8000 -v tro-ly:/data --read-only --cap-drop ALL --security-opt no-new-privileges tro-ly
# `sh deploy/prove-dockerfile.sh` runs every instruction of this file without a container engine.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS builder
# Only where PyPI is reached through a mirror: --build-arg PIP_INDEX_URL=... ; it does not reach the final image.
ARG PIP_INDEX_URL
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN python -m venv /opt/venv
COPY requirements/slim.lock /tmp/slim.lock
# Bytecode by content, not by date, so that the same input gives the same files; pip is not needed after this.
RUN pip install --quiet --no-cache-dir --disable-pip-version-check --no-compile --only-binary :all: \
        --require-hashes -r /tmp/slim.lock \
    && pip uninstall --yes --quiet pip setuptools \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib
WORKDIR /srv
COPY knowledge/ knowledge/
COPY bots/ bots/
COPY ingest/ ingest/
COPY app/ app/
COPY deploy/entrypoint.sh deploy/
# The index a new volume starts with; knowledge holding an error stops the image here.
RUN python -m compileall -q --invalidation-mode checked-hash app bots ingest \
    && DATA_DIR=/srv/seed python -m ingest build \
    && rm seed/artifacts/build.lock \
    && chmod -R a+rX,go-w /srv

FROM ${BASE}
RUN groupadd --gid 10001 tro-ly \
    && useradd --no-log-init --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin tro-ly \
    && install -d -o 10001 -g 10001 -m 0750 /data
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /srv /srv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data
WORKDIR /srv
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-I", "-c", "import os, urllib.request as web; web.build_opener(web.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["sh", "/srv/deploy/entrypoint.sh"]
CMD ["python", "-m", "app", "serve"]
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Trợ lý Bình dân học vụ số" \
      org.opencontainers.image.description="Trợ lý ảo tiếng Việt cho dịch vụ công và kỹ năng số" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
