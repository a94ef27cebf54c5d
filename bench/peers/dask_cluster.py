"""Dask's cluster on this machine: the scheduler in this process, two worker processes of one thread each."""

import dask
from distributed import LocalCluster

from serving import begin, serve


def refuse(_request):
    raise ValueError("the cluster takes no requests")


def main():
    options = begin()
    dask.config.set({"temporary-directory": options["folder"]})
    cluster = LocalCluster(
        n_workers=options["workers"],
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
    )
    serve(refuse, ready=cluster.scheduler_address)
    cluster.close()


# The workers' processes import this file again.
if __name__ == "__main__":
    main()
