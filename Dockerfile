# Stage 1 installs, stage 2 runs: no compiler, no package cache and no root in what is shipped.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/triage365
COPY constraints.txt ./
RUN /opt/triage365/bin/pip install --no-cache-dir --require-hashes -r constraints.txt
COPY pyproject.toml README.md LICENSE ./
COPY corpus corpus
COPY classifiers classifiers
COPY service service
RUN /opt/triage365/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/triage365 triage365
COPY --from=build /opt/triage365 /opt/triage365
ENV PATH=/opt/triage365/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TRIAGE365_HOST=0.0.0.0 \
    TRIAGE365_DATABASE_URL=sqlite:////var/lib/triage365/triage365.db
USER triage365
WORKDIR /var/lib/triage365
VOLUME /var/lib/triage365
EXPOSE 8365
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8365/healthz', timeout=2)"]
# Every address but loopback needs a key: docker run -e TRIAGE365_ADMIN_KEY=… -p 8365:8365 triage365
CMD ["triage365", "serve"]
