"""Many threads, of Python's and of C's, that do everything at once with the same objects.

    stress.py [--seconds N] [--seed N] [--threads N] [--callers N] [--actors NAME,...]

Runs until something is wrong, or N seconds. The threads are those of a child process. This one watches it: if some
thread has not got on for a minute, it prints the stacks of all (by gdb, where there is one) and ends. A seed says
what each thread does, not when.
"""
import argparse
import os
import random
import select
import shutil
import subprocess
import sys
import threading
import time

PATIENCE = 60 * int(os.environ.get("CTYPES_TESTS_SLOWED", "1"))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--threads", type=int, default=6)
    parser.add_argument("--callers", type=int, default=2, help="threads of C's that do nothing but call back")
    parser.add_argument("--actors", help="these alone")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


# --- the process that is watched


def work(options):
    import actors
    world = actors.World()
    actors.prepare(world)
    names = options.actors.split(",") if options.actors else None
    weights = {actor: weight for actor, weight in actors.ACTORS.items() if not names or actor.__name__ in names}
    chosen = [actor for actor, weight in weights.items() for _ in range(max(1, int(20 * weight)))]
    end = time.monotonic() + options.seconds
    steps, doing, counts = [0] * options.threads, [""] * options.threads, {}
    wrong = []

    def run(number):
        source = random.Random(options.seed * 1000 + number)
        while time.monotonic() < end and not wrong:
            actor = source.choice(chosen)
            doing[number] = actor.__name__
            try:
                actor(world, source)
            except BaseException as error:
                import traceback
                wrong.append((actor.__name__, "".join(traceback.format_exception(error))))
                return
            wrong.extend(("callback", text) for text in world.reports)
            steps[number] += 1
            counts[actor.__name__] = counts.get(actor.__name__, 0) + 1

    called_by_c = actors.Unary(lambda value: value)
    world.start_callers(called_by_c, options.callers)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(options.threads)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        # The slowest thread says whether all get on.
        print("alive", min(steps), *[f"{one}:{name}" for one, name in zip(steps, doing)], flush=True)
        for thread in threads:
            thread.join(1 / len(threads))
    for thread in threads:
        thread.join()
    if world.stop_callers():
        wrong.append(("callers", "a callback on a thread of C's returned something else"))
    wrong.extend(("callback", text) for text in world.reports)
    world.remove()
    for name, text in wrong:
        print(f"wrong {name}\n{text}", flush=True)
    print("done", sum(steps), dict(sorted(counts.items())), flush=True)
    sys.exit(bool(wrong))


# --- the one that watches


def stacks(child):
    if shutil.which("gdb"):
        subprocess.run(["gdb", "-p", str(child), "-batch", "-ex", "thread apply all bt 40"], check=False)
    else:
        print("no gdb to show the stacks with", flush=True)


def watch(options):
    command = [sys.executable, __file__, "--inside", "--seconds", str(options.seconds), "--seed", str(options.seed),
               "--threads", str(options.threads), "--callers", str(options.callers)]
    if options.actors:
        command += ["--actors", options.actors]
    print(f"seed {options.seed}", flush=True)
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    slowest, since, lines = None, time.monotonic(), iter(child.stdout.readline, "")
    while True:
        ready, _, _ = select.select([child.stdout], [], [], 1)
        if ready:
            line = next(lines, None)
            if line is None:
                break
            kind, *rest = line.split()[:2] or [""]
            if kind != "alive":
                print(line, end="", flush=True)
            elif rest != slowest:
                slowest, since = rest, time.monotonic()
                last = line
        if time.monotonic() - since > PATIENCE:
            print(f"nothing for {PATIENCE} s: {last}", flush=True)
            stacks(child.pid)
            child.kill()
            break
    status = child.wait()
    print(f"seed {options.seed}: exit status {status}", flush=True)
    sys.exit(status != 0)


if __name__ == "__main__":
    chosen = arguments()
    if chosen.seed is None:
        chosen.seed = random.randrange(10**6)
    if chosen.inside:
        work(chosen)
    else:
        watch(chosen)
