"""Plays a sound and a film by python-vlc: states, times, events, samples and pictures that it hands out."""

import ctypes
import sys
import threading
import time
import wave
from pathlib import Path

import vlc

SCRATCH = Path(sys.argv[1])
PATIENCE = 30
# Without a sound card and a window, and no frame left out because it is late.
OPTIONS = ["--aout=dummy", "--vout=dummy", "--no-drop-late-frames", "--no-skip-frames", "--quiet",
           "--no-video-title-show"]


def tried(action, *arguments):
    try:
        return action(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def waiting(happens):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := happens():
            return found
        time.sleep(0.01)
    return "never"


def tone():
    path = SCRATCH / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", None))
        file.writeframes(b"".join(int(8000 * (step % 40 - 20) / 20).to_bytes(2, "little", signed=True)
                                  for step in range(12000)))
    return path


def film():
    """Six pictures of two colours each, without compression, in an AVI file made by hand."""
    width, height = 32, 16
    rows = [bytes([40 * number, 255 - 40 * number, 7, 0]) * width * (height // 2) + bytes([1, 2, 3, 0]) * width
            * (height // 2) for number in range(6)]

    def chunk(name, data):
        return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)

    def numbers(*values):
        return b"".join((value & 0xffffffff).to_bytes(4, "little") for value in values)

    header = chunk(b"avih", numbers(100000, 0, 0, 0x10, len(rows), 0, 1, 0, width, height, 0, 0, 0, 0))
    stream = chunk(b"strh", b"vidsDIB " + numbers(0, 0, 0, 1, 10, 0, len(rows), width * height * 4, -1, 0, 0, 0))
    picture = chunk(b"strf", numbers(40, width, height) + b"\1\0\x20\0" + numbers(0, width * height * 4, 0, 0, 0, 0))
    head = chunk(b"LIST", b"hdrl" + header + chunk(b"LIST", b"strl" + stream + picture))
    movie, index, at = b"movi", b"", 4
    for row in rows:
        index += b"00db" + numbers(0x10, at, len(row))
        movie += chunk(b"00db", row)
        at += len(row) + 8
    path = SCRATCH / "film.avi"
    path.write_bytes(chunk(b"RIFF", b"AVI " + head + chunk(b"LIST", movie) + chunk(b"idx1", index)))
    return path


def ended(player):
    done = threading.Event()
    player.event_manager().event_attach(vlc.EventType.MediaPlayerEndReached, lambda event: done.set())
    return done


def played(instance):
    media = instance.media_new(str(tone()))
    media.parse_with_options(vlc.MediaParseFlag.local, -1)
    print(waiting(lambda: media.get_parsed_status() == vlc.MediaParsedStatus.done), media.get_duration(),
          media.get_meta(vlc.Meta.Title), media.get_type(), Path(media.get_mrl()).name)
    print([(track.type, track.codec.to_bytes(4, "little"), track.audio.contents.channels, track.audio.contents.rate)
           for track in media.tracks_get()])
    player = instance.media_player_new()
    seen, times, known = [], [], {}
    for name in "Opening", "Playing", "Paused", "EndReached":
        kind = getattr(vlc.EventType, f"MediaPlayer{name}")
        known[kind.value] = name
        player.event_manager().event_attach(
            kind, lambda event, *given: seen.append((known[event.type.value], event.obj is not None, *given)), name)
    player.event_manager().event_attach(vlc.EventType.MediaPlayerTimeChanged,
                                        lambda event: times.append(event.u.new_time))
    print(player.get_state(), player.get_length(), player.get_time(), player.is_playing())
    player.set_media(media)
    print(player.play(), waiting(player.is_playing), waiting(lambda: player.get_time() > 200))
    player.set_pause(1)
    print(waiting(lambda: player.get_state() == vlc.State.Paused))
    paused = player.get_time()
    time.sleep(0.2)
    print(player.get_time() == paused, player.is_seekable(), player.can_pause(), player.get_length(),
          player.audio_get_track_count(), player.get_rate())
    player.set_rate(2.0)
    player.set_pause(0)
    print(waiting(lambda: seen[-1][0] == "EndReached"), player.get_state(), times == sorted(times), len(times) > 0)
    print(seen)
    print(tried(player.event_manager().event_attach, 5, print), str(tried(
        player.event_manager().event_attach, vlc.EventType.MediaPlayerPlaying, lambda: None)).partition("<")[0])
    player.stop()
    print(player.get_state())
    player.release()
    media.release()


def samples(instance):
    """What it plays, handed to a function instead of a sound card."""
    heard, flushed = bytearray(), []

    @vlc.CallbackDecorators.AudioPlayCb
    def play(_, data, count, moment):
        heard.extend(ctypes.string_at(data, count * 2))

    @vlc.CallbackDecorators.AudioDrainCb
    def drain(_):
        flushed.append("drained")

    nothing = [getattr(vlc.CallbackDecorators, name)() for name in ("AudioPauseCb", "AudioResumeCb", "AudioFlushCb")]
    player = instance.media_player_new()
    player.audio_set_format("S16N", 8000, 1)
    player.audio_set_callbacks(play, *nothing, drain, None)
    end = ended(player)
    player.set_mrl(str(SCRATCH / "tone.wav"))
    player.play()
    print(end.wait(PATIENCE), flushed)
    with wave.open(str(SCRATCH / "tone.wav")) as file:
        whole = file.readframes(12000)
    # Where it is late the first of it is stretched.
    print(len(heard) > 22000, bytes(heard[8000:8160]) in whole or "stretched")
    player.stop()
    player.release()


def pictures(instance):
    """What it shows, in memory of ours."""
    size = 32 * 16 * 4
    memory = ctypes.create_string_buffer(size)
    shown, locked = [], []

    @vlc.CallbackDecorators.VideoLockCb
    def lock(_, planes):
        locked.append(True)
        ctypes.cast(planes, ctypes.POINTER(ctypes.c_void_p))[0] = ctypes.addressof(memory)
        return None

    @vlc.CallbackDecorators.VideoDisplayCb
    def display(_, picture):
        # Blue, green and red of its first pixel and of its last.
        shown.append((tuple(memory.raw[3:0:-1]), tuple(memory.raw[:-4:-1])))

    player = instance.media_player_new()
    player.video_set_format("RV32", 32, 16, 32 * 4)
    player.video_set_callbacks(lock, vlc.CallbackDecorators.VideoUnlockCb(), display, None)
    end = ended(player)
    player.set_mrl(str(film()))
    player.play()
    print(end.wait(PATIENCE), player.video_get_size(), player.get_length())
    # How many of them come out is a matter of time; their order is not.
    made = [((1, 2, 3), (40 * number, 255 - 40 * number, 7)) for number in range(6)]
    places = [made.index(colours) for colours in dict.fromkeys(shown)]
    print(len(places) > 2, places == sorted(places), len(locked) >= len(shown))
    player.stop()
    player.release()


def streams(instance):
    """A sound that Python reads for it."""
    data, asked = (SCRATCH / "tone.wav").read_bytes(), {"open": 0, "read": 0, "seek": 0, "close": 0}
    place = [0]

    @vlc.CallbackDecorators.MediaOpenCb
    def opened(opaque, kept, size):
        asked["open"] += 1
        ctypes.cast(size, ctypes.POINTER(ctypes.c_uint64))[0] = len(data)
        return 0

    @vlc.CallbackDecorators.MediaReadCb
    def read(opaque, buffer, length):
        asked["read"] += 1
        part = data[place[0]:place[0] + length]
        ctypes.memmove(buffer, part, len(part))
        place[0] += len(part)
        return len(part)

    @vlc.CallbackDecorators.MediaSeekCb
    def seek(opaque, offset):
        asked["seek"] += 1
        place[0] = offset
        return 0

    @vlc.CallbackDecorators.MediaCloseCb
    def closed(opaque):
        asked["close"] += 1

    media = instance.media_new_callbacks(opened, read, seek, closed, None)
    player = instance.media_player_new()
    end = ended(player)
    player.set_media(media)
    player.play()
    print(end.wait(PATIENCE), player.get_length(), asked["open"], asked["read"] > 0)
    player.stop()
    player.release()
    media.release()
    print(waiting(lambda: asked["close"]))


def lists(instance):
    medias = instance.media_list_new()
    for name in "tone.wav", "film.avi", "missing.wav":
        medias.add_media(str(SCRATCH / name))
    print(medias.count(), len(medias), [Path(media.get_mrl()).name for media in medias], medias.is_readonly())
    seen = []
    player = instance.media_list_player_new()
    player.set_media_list(medias)
    manager = player.get_media_player().event_manager()
    manager.event_attach(vlc.EventType.MediaPlayerMediaChanged, lambda event: seen.append("changed"))
    player.get_media_player().set_rate(4.0)
    player.play()
    print(waiting(lambda: len(seen) == 3))
    player.stop()
    player.release()


def said(instance):
    """What the library logs, formatted from its `va_list` by C."""
    kept = []

    @vlc.CallbackDecorators.LogCb
    def log(_, level, context, pattern, arguments):
        words = ctypes.create_string_buffer(500)
        ctypes.CDLL(None).vsnprintf(words, ctypes.c_size_t(500), ctypes.c_char_p(pattern),
                                    ctypes.c_void_p(arguments))
        kept.append((vlc.LogLevel(level), words.value.decode()))

    instance.log_set(log, None)
    player = instance.media_player_new(str(SCRATCH / "nowhere.wav"))
    failed = threading.Event()
    player.event_manager().event_attach(vlc.EventType.MediaPlayerEncounteredError, lambda event: failed.set())
    player.play()
    print(failed.wait(PATIENCE))
    player.stop()
    player.release()
    instance.log_unset()
    print([(level, words.replace(str(SCRATCH), "")) for level, words in kept
           if "nowhere.wav" in words and level == vlc.LogLevel.ERROR][:1])


print(vlc.libvlc_get_version(), vlc.libvlc_get_compiler()[:3], hex(vlc.libvlc_hex_version()))
# What python-vlc takes of `ctypes.pythonapi`.
with open(tone(), "rb") as file:
    number = vlc.PyFile_AsFd(file)
    print(number == file.fileno(), vlc.PyFile_FromFd(number, b"tone", b"rb", -1, None, None, None, 0).read(4))
instance = vlc.Instance(*OPTIONS)
print(sorted(module[0] for module in instance.audio_filter_list_get())[:6],
      sorted(output["name"] for output in instance.audio_output_enumerate_devices())[:3])
for part in played, samples, pictures, streams, lists, said:
    print(part.__name__, flush=True)
    part(instance)
instance.release()
