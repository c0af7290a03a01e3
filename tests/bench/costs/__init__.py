"""What the running system costs at 1 % and at full size; printed, not judged.

    make bench                                     # on SQLite, in files under var/
    make bench DATABASE_URL=postgres://…/postgres  # on that server, in minierp_bench_1 and minierp_bench_100
    make bench BENCH="--keep FILE"                 # and BENCH="--compare FILE" later: ratios of now to then
    make bench BENCH="--only API"                  # what has this in its name

Two databases are filled by `load_demo`, one with 200 products and 2,000 orders, one with a hundred times as many, and
kept for the next time; what is measured writes some hundred orders into each. gunicorn is started on each as the
project starts it, with two processes. Everything is asked over HTTP by the clock, beside a view that does nothing, in
the same moments. Queries, and how long these take by themselves (`SQL ms`), are taken from the same request in one
process. Memory is the most that one of the server's processes has held meanwhile, or that a command has.
"""
