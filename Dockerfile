# syntax=docker/dockerfile:1
# One image for every process of an installation: `handrail api`, `worker`, `keeper`, `migrate` …

FROM node:22-slim AS screens
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund --loglevel=error
COPY frontend ./
RUN npm run build -- --logLevel warn

FROM python:3.12-slim AS packages
WORKDIR /src
RUN python -m venv /opt/handrail
COPY requirements/app.txt requirements/build.txt requirements/
RUN /opt/handrail/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/app.txt
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY migrations migrations
COPY examples examples
COPY nodes nodes
COPY builder builder
COPY --from=screens /src/builder/dist builder/dist
RUN /opt/tools/bin/python -m hatchling build -t wheel -d /tmp/wheels \
    && /opt/handrail/bin/pip install --no-cache-dir --no-deps --no-index /tmp/wheels/handrail-*.whl \
    && /opt/handrail/bin/pip uninstall --yes pip \
    && /opt/handrail/bin/python -m compileall -q /opt/handrail

FROM python:3.12-slim
RUN groupadd --gid 10001 handrail && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data handrail \
    && mkdir --mode=0700 /data && chown 10001:10001 /data
COPY --from=packages /opt/handrail /opt/handrail
ENV PATH=/opt/handrail/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HANDRAIL_HOME=/data
USER 10001:10001
WORKDIR /data
EXPOSE 8700
ENTRYPOINT ["handrail"]
CMD ["--help"]
