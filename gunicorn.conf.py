"""How gunicorn serves the application; it finds this file by itself. The command line goes before what stands here."""

import os
from urllib.parse import quote

from gunicorn.glogging import Logger

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "3"))
# Each request and each slow client holds a thread, no process: gunicorn has no time-out for reading a request. In front
# nginx reads it whole before it passes it on (deploy/nginx.conf), so slow clients do not get here at all.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "16"))
# A worker whose threads are all taken takes no further client, who would wait there while another worker is free. So
# none is kept for a next request either (nginx asks for none to be kept).
worker_connections = threads
keepalive = 0
timeout = 120  # for a process that does not move any more; a thread may take longer
graceful_timeout = 30

# A worker is replaced after about so many requests, whatever memory it has gathered; not all at the same moment.
max_requests = 2000
max_requests_jitter = 200

# Off: each worker loads the code itself, so `kill -HUP` brings new code in without a moment of absence, and no database
# connection is ever shared by a fork. The memory that preloading would save is small for a few workers.
preload_app = False

limit_request_line = 8190  # cursors and filters stand in the address
limit_request_fields = 100
limit_request_field_size = 8190

control_socket_disable = True  # nobody needs it, and a container may have no home to put it in
if os.path.isdir("/dev/shm"):
    worker_tmp_dir = "/dev/shm"  # the sign of life of a worker must not wait for a disk


class AccessLogger(Logger):
    """Addresses without what follows the `?`, which may be somebody's name, and without characters that forge lines."""

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        # Django has put the decoded path there by now.
        return {**atoms, "U": quote(environ.get("PATH_INFO") or "", safe="/:@+,;=~", errors="replace")}


logger_class = AccessLogger
accesslog = "-"
# when, who (as the proxy says), what, outcome, bytes, seconds, the request's name
access_log_format = '%(t)s %({x-forwarded-for}i)s "%(m)s %(U)s" %(s)s %(B)s %(L)s %({x-request-id}o)s'
