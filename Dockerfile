# syntax=docker/dockerfile:1
# `agent serve` with the web pages, PostgreSQL and traces: everything installed from locks with hashes, nothing run as
# root, nothing written outside /data and /tmp.

FROM python:3.12-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY lock-build.txt lock-web.txt ./
RUN python -m venv /build \
    && /build/bin/pip install --no-deps --require-hashes -r lock-build.txt \
    && python -m venv /opt/kosnote \
    && /opt/kosnote/bin/pip install --no-deps --require-hashes --only-binary :all: -r lock-web.txt
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY agent agent
COPY guardrails guardrails
COPY prompts prompts
RUN /build/bin/python -m hatchling build -t wheel -d /wheels \
    && /opt/kosnote/bin/pip install --no-deps --no-index /wheels/kosnote-*.whl \
    && /opt/kosnote/bin/python -m compileall -q /opt/kosnote/lib

FROM python:3.12-slim-trixie
LABEL org.opencontainers.image.title="kosnote" org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 kosnote \
    && useradd --uid 10001 --gid kosnote --no-create-home --home-dir /data --shell /usr/sbin/nologin kosnote \
    && install -d -o kosnote -g kosnote -m 0700 /data
COPY --from=build /opt/kosnote /opt/kosnote
COPY --chmod=0755 deploy/entrypoint.sh /usr/local/bin/kosnote-entrypoint
ENV PATH=/opt/kosnote/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    KOSNOTE_HOME=/data \
    KOSNOTE_WEB__HOST=0.0.0.0 \
    KOSNOTE_WEB__PORT=8787 \
    KOSNOTE_WEB__LOG_LEVEL=info \
    NICEGUI_STORAGE_PATH=/tmp/nicegui
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8787
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8787/healthz', timeout=4)"]
ENTRYPOINT ["kosnote-entrypoint"]
CMD ["serve"]
