"""watchdog: inotify through ctypes, read on a thread of its own, for real changes to files."""

import os
import queue
import tempfile

from watchdog.events import FileSystemEventHandler
from watchdog.observers.inotify import InotifyObserver

events = queue.Queue()


class Handler(FileSystemEventHandler):
    def on_any_event(self, event):
        events.put(event)


def until(kind, path):
    """Waits for an event and says that it came."""
    while True:
        event = events.get(timeout=30)
        if (event.event_type, os.path.basename(event.src_path)) == (kind, path):
            target = os.path.basename(event.dest_path)
            print(kind, path, target and f"to {target}", "directory" if event.is_directory else "file")
            return


with tempfile.TemporaryDirectory() as folder:
    observer = InotifyObserver()
    observer.schedule(Handler(), folder, recursive=True)
    observer.start()
    path = os.path.join(folder, "grüße.txt")
    with open(path, "w") as file:
        until("created", "grüße.txt")
        file.write("x")
    until("modified", "grüße.txt")
    until("closed", "grüße.txt")
    os.rename(path, path + ".new")
    until("moved", "grüße.txt")
    os.mkdir(os.path.join(folder, "sub"))
    until("created", "sub")
    os.remove(path + ".new")
    until("deleted", "grüße.txt.new")
    observer.stop()
    observer.join(30)
    print("stopped", not observer.is_alive())
    try:
        InotifyObserver().schedule(Handler(), os.path.join(folder, "missing"))
        print("nothing is watched before the start")
    except OSError as error:
        print(error)
