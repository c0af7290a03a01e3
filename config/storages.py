"""Where uploaded files are kept."""

from urllib.parse import parse_qs, unquote, urlsplit


def uploads_storage(url: str) -> dict:
    """The storage for this MEDIA_STORAGE_URL; "" means the folder MEDIA_ROOT.

    `s3://bucket/folder?region=eu-central-1&endpoint=https://s3.example.com` needs requirements-s3.txt; who we are there
    is read by boto3 from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc:
        raise ValueError("MEDIA_STORAGE_URL must look like s3://bucket/folder?region=eu-central-1, without passwords.")
    given = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if unknown := given.keys() - {"region", "endpoint"}:
        raise ValueError(f"MEDIA_STORAGE_URL knows region and endpoint, not {', '.join(sorted(unknown))}.")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": unquote(parts.path).strip("/"),
            "region_name": given.get("region"),
            "endpoint_url": given.get("endpoint"),
            "default_acl": None,  # private: whoever sees a picture gets an address that is good for an hour
            "querystring_auth": True,
            "querystring_expire": 3600,
            "file_overwrite": False,
        },
    }
