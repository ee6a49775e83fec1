"""A mixer by pulsectl: sinks, volumes, streams, modules, events, and what it is told in a callback."""

import sys
import threading
import time
import wave
from pathlib import Path
from subprocess import DEVNULL, Popen

import pulsectl

SCRATCH = Path(sys.argv[1])
# Differ from server to server.
CHANCE = {"index", "latency", "configured_latency", "user_name", "host_name", "cookie", "owner_module",
          "monitor_source", "sink", "source", "client", "buffer_usec", "sink_usec", "module"}


def tried(action, *arguments, **options):
    try:
        return action(*arguments, **options)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def described(thing):
    shown = {name: value for name, value in vars(thing).items()
             if name not in CHANCE and not name.startswith(("_", "c_struct"))}
    shown["proplist"] = sorted(shown.get("proplist", {}))
    shown["volume"] = thing.volume.values if hasattr(thing, "volume") else None
    return sorted((name, str(value)) for name, value in shown.items())


def waiting(happens):
    for _ in range(100):
        if found := happens():
            return found
        time.sleep(0.05)


def tone():
    path = SCRATCH / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", None))
        file.writeframes(b"".join(int(8000 * (step % 40 - 20) / 20).to_bytes(2, "little", signed=True)
                                  for step in range(80000)))
    return path


def server(pulse):
    told = pulse.server_info()
    print(told.server_name, told.default_sink_name, told.default_source_name, told.channel_count)
    print([client.proplist.get("application.name") for client in pulse.client_list() if "mixer" in client.name])
    print(sorted(module.name for module in pulse.module_list()), pulse.card_list())
    print(tried(pulse.sink_info, 999), tried(pulse.get_sink_by_name, "no such sink"))


def sinks(pulse):
    for index in range(2):
        pulse.module_load("module-null-sink", f"sink_name=made{index} channels={index + 1} rate=22050 "
                          f"sink_properties=device.description=Made{index}")
    for sink in pulse.sink_list():
        print(described(sink))
    for source in pulse.source_list():
        print(source.name, source.description, source.sample_spec.rate if hasattr(
            source.sample_spec, "rate") else source.sample_spec, source.volume.value_flat)
    made = pulse.get_sink_by_name("made1")
    for volume in 0.5, 0.0, 1.25:
        pulse.volume_set_all_chans(made, volume)
        print(volume, round(pulse.volume_get_all_chans(pulse.sink_info(made.index)), 3))
    pulse.volume_set(made, pulsectl.PulseVolumeInfo([0.25, 0.75]))
    pulse.volume_change_all_chans(made, 0.1)
    pulse.mute(made, True)
    made = pulse.sink_info(made.index)
    print([round(value, 3) for value in made.volume.values], made.mute, made.channel_list,
          made.port_list, made.flags)
    pulse.default_set(made)
    print(pulse.server_info().default_sink_name, pulse.sink_default_get().name)
    print(tried(pulse.volume_set_all_chans, made, "loud"), tried(pulse.default_set, "string"),
          tried(pulse.module_load, "module-nonsense"))


def streams(pulse):
    player = Popen(["paplay", "--server", sys.argv[2], "--device=made0", "--client-name=player",
                    "--stream-name=tone", tone()],
                   stdin=DEVNULL)
    try:
        stream, = waiting(pulse.sink_input_list)
        print(stream.name, stream.channel_count, stream.proplist.get("application.name"), stream.mute,
              pulse.sink_info(stream.sink).name, round(stream.volume.value_flat, 2))
        # The first of it comes late.
        monitor = pulse.get_sink_by_name("made0").monitor_source
        print("heard", waiting(lambda: pulse.get_peak_sample(monitor, 0.5, stream.index) > 0.05))
        pulse.volume_set_all_chans(stream, 0.3)
        pulse.sink_input_move(stream.index, pulse.get_sink_by_name("made1").index)
        stream = pulse.sink_input_info(stream.index)
        print(pulse.sink_info(stream.sink).name, round(stream.volume.value_flat, 2))
    finally:
        player.kill()
        player.wait()
    print(waiting(lambda: not pulse.sink_input_list()),
          tried(pulse.sink_input_info, stream.index) == f"PulseIndexError: {stream.index}")


def events(pulse):
    seen = []

    def happened(event):
        seen.append((str(event.t), str(event.facility)))
        if len(seen) == 3:
            raise pulsectl.PulseLoopStop

    def change():
        """Each when the one before has been seen, since the server says several in one."""
        with pulsectl.Pulse("other") as other:
            one, another = other.get_sink_by_name("made1"), other.get_sink_by_name("made0")
            for number, (action, *arguments) in enumerate([
                    (other.mute, one, False), (other.volume_set_all_chans, one, 0.4), (other.mute, another, True)]):
                waiting(lambda: len(seen) == number)
                action(*arguments)

    pulse.event_mask_set("sink")
    pulse.event_callback_set(happened)
    print(tried(pulse.sink_list) and tried(pulse.event_callback_set, happened))
    changing = threading.Timer(0.3, change)
    changing.start()
    pulse.event_listen(timeout=10)
    changing.join()
    print(seen)
    pulse.event_callback_set(None)
    pulse.event_mask_set()


with pulsectl.Pulse("mixer") as pulse:
    print(pulse.connected, pulsectl.PulseEventTypeEnum, pulsectl.PulseStateEnum)
    for part in server, sinks, streams, events:
        print(part.__name__)
        part(pulse)
print(pulse.connected, tried(pulsectl.Pulse, server="unix:/nowhere"))
