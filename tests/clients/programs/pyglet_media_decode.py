"""Decodes files of many formats by pyglet, and prints of all sound and all pictures a checksum."""

import hashlib
import sys
from pathlib import Path

import pyglet

pyglet.options["audio"] = ("silent",)

import pyglet_media_files
from pyglet.media.codecs import ffmpeg
from pyglet.media.codecs.ffmpeg import FFmpegDecoder
from pyglet.media.exceptions import MediaException


def checksum(data):
    return hashlib.sha256(data).hexdigest()[:16]


def describe(source):
    print("  duration", source.duration)
    for name in ("audio_format", "video_format", "info"):
        part = getattr(source, name)
        print(f"  {name}", sorted(vars(part).items()) if part else part)


def pixels(image):
    return image.get_data("RGBA", image.width * 4)


def decoded(source):
    """Takes all that is left, sound and pictures in turn: what was said of each, and the sound."""
    sounds, pictures, data = [], [], b""
    while True:
        sound = source.get_audio_data(8192) if source.audio_format else None
        if sound is not None:
            sounds.append((round(sound.timestamp, 6), round(sound.duration, 6), sound.length))
            data += bytes(sound.data)
        time = source.get_next_video_timestamp() if source.video_format else None
        picture = source.get_next_video_frame() if time is not None else None
        if picture is not None:
            pictures.append((round(time, 6), picture.width, picture.height,
                             checksum(pixels(picture))))
        if sound is None and picture is None:
            return sounds, pictures, data
        # Packets are read when the clock comes to it.
        pyglet.clock.tick()


def report(source):
    sounds, pictures, data = decoded(source)
    print("  sound", len(sounds), len(data), checksum(data), sounds[:2], sounds[-1:])
    for picture in pictures:
        print("  picture", *picture)


def main(folder):
    print("FFmpeg", ffmpeg.get_version())
    for name, path in pyglet_media_files.make(folder).items():
        print(name, path.stat().st_size, checksum(path.read_bytes()))
        describe(source := pyglet.media.load(str(path), decoder=FFmpegDecoder()))
        report(source)
        for time in (0.75, 0.0, 1.25):
            source.seek(time)
            print("  from", time)
            report(source)
        # At the end of a file object 1.5 tells FFmpeg 5 nothing, which asks for ever.
        if not pyglet.version.startswith("1.5"):
            with open(path, "rb") as file:
                print("  through a file object")
                report(pyglet.media.load(name, file=file, decoder=FFmpegDecoder()))
        if source.video_format:
            animation = pyglet.media.load(str(path), decoder=FFmpegDecoder()).get_animation()
            print("  animation", len(animation.frames), round(animation.get_duration(), 6))
        else:
            static = pyglet.media.load(str(path), streaming=False, decoder=FFmpegDecoder())
            print("  static", static.duration)
            report(static.get_queue_source())
    print("by the decoder that pyglet takes for a WAV file")
    describe(source := pyglet.media.load(str(folder / "tone.wav")))
    print(" ", type(source).__module__)
    report(source)
    (folder / "nothing.ogg").write_bytes(b"OggS" + bytes(100))
    for name in ("nothing.ogg", "missing.ogg"):
        try:
            pyglet.media.load(str(folder / name), decoder=FFmpegDecoder())
        except MediaException as error:
            print(name, type(error).__name__, str(error).replace(str(folder), ""))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
