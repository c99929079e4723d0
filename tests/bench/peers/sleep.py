# Peer of the tick rows: the naive loop of a Python script, sleeping the remainder of the interval.
import array, os, time

interval = int(os.environ["BENCH_INTERVAL_NS"]) / 1e9
ticks = int(os.environ["BENCH_TICKS"])
stamps = array.array("Q")
while len(stamps) < ticks:
    begun = time.monotonic()
    stamps.append(time.monotonic_ns())
    time.sleep(max(0.0, interval - (time.monotonic() - begun)))
with open(os.environ["BENCH_OUT"], "wb") as out:
    array.array("Q", [stamps[0]]).tofile(out)  # the origin of its grid
    stamps.tofile(out)
