# One image for app, worker and the one-shot migrate; compose.yaml says which is which.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/lianjian
# The locked packages first: they change seldom, so this layer is seldom made again.
COPY requirements.lock ./
RUN /opt/lianjian/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY kit kit
COPY agencies agencies
COPY risk risk
COPY media media
COPY inspection inspection
RUN /opt/lianjian/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/lianjian lianjian
COPY --from=build /opt/lianjian /opt/lianjian
ENV PATH=/opt/lianjian/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LIANJIAN_DATA_DIR=/var/lib/lianjian \
    LIANJIAN_HOST=0.0.0.0 \
    LIANJIAN_PORT=8080
USER 10001
VOLUME /var/lib/lianjian
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
# SIGTERM drains: requests in flight are answered, live sockets are told to come back.
STOPSIGNAL SIGTERM
ENTRYPOINT ["lianjian"]
CMD ["serve"]
