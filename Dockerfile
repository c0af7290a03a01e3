# The application with everything it needs, for production. Settings come from the environment (see .env.example).
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    DEBUG=0 \
    BIND=0.0.0.0:8000 \
    MEDIA_ROOT=/data/media \
    IMPORT_ROOT=/data/imports \
    LAST_BACKUP_FILE=/data/last-backup.json

# /data and /backups belong to the application's user; a new volume mounted there takes that over.
RUN useradd --system --uid 10001 --no-create-home minierp \
    && install --directory --owner=minierp --mode=0750 /data /data/media /data/imports /backups

WORKDIR /app

COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements.txt

COPY . .
RUN SECRET_KEY=only-while-static-files-are-collected python manage.py collectstatic --noinput --verbosity 0

USER minierp
EXPOSE 8000
VOLUME ["/data", "/backups"]

# localhost must stand in ALLOWED_HOSTS.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/readyz/', timeout=4)"]

CMD ["gunicorn", "config.wsgi"]
