"""Media files, the same at every making: uncompressed ones written here, the others by ffmpeg."""

import array
import math
import subprocess
import wave

RATE, SECONDS = 44100, 1.5
WIDTH, HEIGHT, FRAMES_PER_SECOND = 96, 64, 10
# Of ffmpeg: nothing about itself in the file, and nothing that depends on the number of threads.
EXACTLY = ["-threads", "1", "-fflags", "+bitexact", "-flags", "+bitexact"]
TAGS = {"title": "A rising tone", "artist": "nobody", "album": "clients", "date": "2001",
        "track": "7", "genre": "Test", "comment": "ä short one"}
# By name: the codecs, and whether there are tags.
COMPRESSED = {
    "tone.ogg": (["-c:a", "libvorbis"], True),
    "tone.mp3": (["-c:a", "libmp3lame"], True),
    "tone.flac": (["-c:a", "flac"], True),
    "film.avi": (["-c:v", "mpeg4", "-c:a", "libmp3lame"], False),
    "film.mp4": (["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"], False),
    "film.webm": (["-c:v", "libvpx", "-c:a", "libopus"], False),
    "film.mkv": (["-c:v", "ffv1", "-c:a", "pcm_s16le"], False),
}


def make(folder, seconds=SECONDS, names=tuple(COMPRESSED)):
    """The files' paths, by name; of the compressed ones those of these names."""
    files = {name: folder / name for name in ("tone.wav", "narrow.wav", "film.y4m", *names)}
    write_tone(files["tone.wav"], 2, 2, RATE, seconds)
    write_tone(files["narrow.wav"], 1, 1, 22050, seconds)
    write_film(files["film.y4m"], seconds)
    for name in names:
        codecs, tagged = COMPRESSED[name]
        inputs = ["tone.wav"] if name.startswith("tone") else ["film.y4m", "tone.wav"]
        command = ["ffmpeg", "-nostdin", "-loglevel", "error"]
        for file in inputs:
            command += ["-i", files[file]]
        if tagged:
            for key, value in TAGS.items():
                command += ["-metadata", f"{key}={value}"]
        subprocess.run([*command, *codecs, *EXACTLY, files[name]], check=True)
    return files


def write_tone(path, channels, width, rate, seconds):
    """A tone that rises, of samples of one byte or two."""
    samples = array.array("h" if width == 2 else "B")
    for n in range(int(rate * seconds)):
        value = math.sin(2 * math.pi * (220 + 110 * n / rate / seconds) * n / rate)
        sample = round(value * 20000) if width == 2 else 128 + round(value * 80)
        samples.extend([sample] * channels)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def write_film(path, seconds):
    """A bar that moves over a slope of grey, in YUV4MPEG2."""
    with open(path, "wb") as file:
        size = f"W{WIDTH} H{HEIGHT} F{FRAMES_PER_SECOND}:1"
        file.write(f"YUV4MPEG2 {size} Ip A1:1 C420jpeg\n".encode())
        for number in range(int(seconds * FRAMES_PER_SECOND)):
            bar = number * 6 % WIDTH
            row = bytes(235 if bar <= x < bar + 8 else 16 + 2 * x for x in range(WIDTH))
            colour = bytes(128 + (x - WIDTH // 4) // 2 for x in range(WIDTH // 2))
            file.write(b"FRAME\n" + row * HEIGHT + colour * (HEIGHT // 2)
                       + colour[::-1] * (HEIGHT // 2))
