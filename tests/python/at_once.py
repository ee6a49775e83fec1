"""Several threads that do something at the same time."""
import threading


def at_once(*actions):
    """Runs each action in a thread of its own, all from the same moment on; the exceptions they raised."""
    errors = []
    start = threading.Barrier(len(actions))

    def run(action):
        start.wait()
        try:
            action()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def while_running(action, *others):
    """Runs `action` once, and each of the others in a thread of its own over and over until it is done."""
    done = threading.Event()

    def first():
        try:
            action()
        finally:
            done.set()

    def again(other):
        def run():
            other()
            while not done.is_set():
                other()
        return run

    return at_once(first, *map(again, others))
