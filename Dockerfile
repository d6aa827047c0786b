FROM python:3.12-slim
WORKDIR /app
COPY requirements/app.txt requirements/app.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/app.txt
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY migrations migrations
COPY builder builder
COPY nodes nodes
RUN pip install --no-cache-dir hatchling && pip install --no-cache-dir --no-deps --no-build-isolation . \
    && useradd --create-home handrail && mkdir -p /data/payloads && chown handrail /data/payloads
USER handrail
CMD ["handrail", "--help"]
