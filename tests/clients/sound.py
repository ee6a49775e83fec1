"""A PulseAudio server that plays into nothing, for programs that want to be heard."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path


class Sound:
    """Used in a `with`; in a folder of /tmp, since the path of a socket has to be short."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="sound-"))
        self.socket = self.folder / "native"
        modules = [f"module-native-protocol-unix socket={self.socket} auth-anonymous=1",
                   "module-null-sink"]
        self.server = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
             *(f"--load={module}" for module in modules)],
            env={"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder),
                 "PATH": "/usr/bin:/bin"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not self.socket.exists():
            if time.monotonic() > end or self.server.poll() is not None:
                self.__exit__()
                raise RuntimeError("PulseAudio does not start")
            time.sleep(0.1)
        return self

    def __exit__(self, *raised):
        self.server.terminate()
        self.server.wait()
        shutil.rmtree(self.folder)

    def variables(self):
        """What a program needs in its environment. OpenAL has a device of its own for this."""
        return {"PULSE_SERVER": f"unix:{self.socket}", "XDG_RUNTIME_DIR": str(self.folder),
                "ALSOFT_DRIVERS": "null"}
