"""
Ray with its load client: a cluster on this machine, and actors, each a process of its own. Tasks of Ray, which are placed
anew for every call, reach less than half of the rate of calls to actors here.
"""

import os
import secrets

from serving import Stamps, begin, in_batches, run_round, serve
from work import Worker

# Items of a call in bulk: the fastest of 250, 1,000, 4,000.
BATCH = 1000


def start_cluster(options):
    """Starts Ray; its processes end with this one, even when it is killed."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # tell nobody
    os.environ["RAY_worker_niceness"] = "0"  # as all other processes of the suite; Ray's own choice is 15
    # Its ports are open to the network, so that only this process may use them.
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    import ray  # now that the environment says how

    ray.init(
        num_cpus=options["workers"],
        include_dashboard=False,
        log_to_driver=False,
        configure_logging=False,
        _temp_dir=options["folder"],
    )
    return ray


def main():
    options = begin()
    ray = start_cluster(options)
    actors = [ray.remote(Worker).remote() for _ in range(options["workers"])]
    ray.get([actor.add_ones.remote(bytes(options["payloadBytes"])) for actor in actors])
    stamps = Stamps(options["payloadBytes"])

    def submit(requests):
        return [actors[at % len(actors)].add_ones.remote(data) for at, data in enumerate(requests)]

    def submit_batches(requests):
        batches = in_batches(requests, BATCH)
        return [actors[at % len(actors)].add_ones_to_each.remote(batch) for at, batch in enumerate(batches)]

    def collect_batches(handles):
        return [reply for replies in ray.get(handles) for reply in replies]

    def answer(request):
        if "inFlight" in request:
            return run_round(stamps, submit, ray.get, request["inFlight"], request["durationMs"])
        many = 4 * BATCH * len(actors)
        return run_round(stamps, submit_batches, collect_batches, many, request["durationMs"])

    serve(answer)
    ray.shutdown()


main()
