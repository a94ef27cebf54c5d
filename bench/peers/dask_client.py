"""
The load client of Dask: an actor on each worker. Calls of an actor go straight to its worker (`direct_to_workers`);
tasks, which go through the scheduler, are slower by two to three times here, and take ten times as long one at a time.
"""

from distributed import Client

from serving import Stamps, begin, in_batches, run_round, serve
from work import Worker

# Items of a call in bulk: the fastest of 250, 1,000, 4,000. They travel as one string of bytes, since Dask looks at each
# element of a list, which made lists of them ten times slower.
BATCH = 4000


def collect(futures):
    return [future.result() for future in futures]


def main():
    options = begin()
    client = Client(options["address"], direct_to_workers=True)
    client.wait_for_workers(options["workers"])
    places = list(client.scheduler_info()["workers"])
    actors = [client.submit(Worker, workers=[place], actor=True, pure=False).result() for place in places]
    size = options["payloadBytes"]
    stamps = Stamps(size)

    def submit(requests):
        return [actors[at % len(actors)].add_ones(data) for at, data in enumerate(requests)]

    def submit_batches(requests):
        batches = [b"".join(batch) for batch in in_batches(requests, BATCH)]
        return [actors[at % len(actors)].add_ones_to_joined(batch, size) for at, batch in enumerate(batches)]

    def collect_batches(futures):
        return [reply for replies in collect(futures) for reply in in_batches(replies, size)]

    def answer(request):
        if "inFlight" in request:
            return run_round(stamps, submit, collect, request["inFlight"], request["durationMs"])
        many = 4 * BATCH * len(actors)
        return run_round(stamps, submit_batches, collect_batches, many, request["durationMs"])

    serve(answer)
    client.close()


main()
