# The bot as a container: `paved-road serve` by default, any other command by its words.
#
# A build that has to be the same again names the base by its digest:
#   docker build --build-arg BASE=docker.io/library/python:3.13-slim-trixie@sha256:… .
ARG BASE=docker.io/library/python:3.13-slim-trixie

FROM ${BASE} AS build
WORKDIR /build
# Libraries first: they change least. Each is checked by its hash, and nothing is compiled from
# sources, so no compiler is needed.
COPY requirements.lock ./
RUN python -m venv /opt/paved-road/venv \
    && /opt/paved-road/venv/bin/python -m pip install --no-cache-dir --only-binary :all: --require-hashes --requirement requirements.lock \
    && /opt/paved-road/venv/bin/python -m pip uninstall --yes pip
# What bot/shipped links to lies beside the code, as in the repository.
COPY bot /opt/paved-road/bot
COPY catalog /opt/paved-road/catalog
COPY infra/service /opt/paved-road/infra/service
COPY workflows /opt/paved-road/workflows
COPY app.yml LICENSE /opt/paved-road/
# Compiled here, because who runs it may not write.
RUN /opt/paved-road/venv/bin/python -m compileall -q /opt/paved-road/bot

FROM ${BASE}
# Templates are rendered apart with it, where the runtime allows user namespaces; `doctor` says
# whether it does. Which version there is, the base's release says, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /data \
    && chown 10001:10001 /data
COPY --from=build /opt/paved-road /opt/paved-road
ENV PATH="/opt/paved-road/venv/bin:$PATH" \
    PYTHONPATH=/opt/paved-road \
    PYTHONSAFEPATH=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=3000
# The root folder may be read-only: only these two are written to.
VOLUME ["/data", "/tmp"]
WORKDIR /data
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as http; http.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve"]
