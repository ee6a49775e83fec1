"""Plays sounds and films by pyglet with the given audio driver, and prints what players say."""

import hashlib
import sys
import time
from pathlib import Path

import pyglet

pyglet.options["audio"] = (sys.argv[2],)

import pyglet_media_files
from pyglet.media.drivers import get_audio_driver

# Seconds that playing may take; whatever is played lasts less than three.
PATIENCE = 30


class Listening:
    """Players until the last of them has come to its end, and what they said before."""

    def __init__(self, players):
        self.events, self.playing = [], len(players)
        for number, player in enumerate(players):
            player.push_handlers(
                on_eos=lambda number=number: self.events.append((number, "on_eos")),
                on_player_next_source=lambda number=number: self.events.append(
                    (number, "on_player_next_source")),
                on_player_eos=lambda number=number: self.end(number))

    def end(self, number):
        self.events.append((number, "on_player_eos"))
        self.playing -= 1
        if not self.playing:
            pyglet.app.exit()

    def run(self, lasts):
        """Runs the event loop. Events of two players may come in either order, those of one not."""
        start = time.monotonic()
        pyglet.clock.schedule_once(self.give_up, PATIENCE)
        pyglet.app.run()
        pyglet.clock.unschedule(self.give_up)
        took = time.monotonic() - start
        print(" ", sorted(self.events, key=lambda event: event[0]))
        print("  not too soon", took > lasts - 0.2)

    def give_up(self, _):
        self.events.append((-1, "no end"))
        pyglet.app.exit()


def later(seconds, action):
    pyglet.clock.schedule_once(lambda _: action(), seconds)


def one_after_another(files):
    print("a player of two sounds")
    player = pyglet.media.Player()
    player.queue(pyglet.media.load(str(files["tone.wav"]), streaming=False))
    player.queue(pyglet.media.load(str(files["tone.mp3"])))
    player.volume, player.position = 0.5, (1, 2, 3)
    pyglet.media.get_audio_driver().get_listener().volume = 0.8
    listening = Listening([player])
    player.play()
    listening.run(3)
    print(" ", player.playing, player.source, player.volume, player.position)


def paused(files):
    print("a player that pauses, and goes on elsewhere")
    player = pyglet.media.Player()
    player.queue(pyglet.media.load(str(files["tone.ogg"])))
    times = []

    def pause():
        player.pause()
        times.append(player.time)

    def go_on():
        times.append(player.time)
        player.seek(1.0)
        times.append(player.time)
        player.play()

    later(0.4, pause)
    later(0.7, go_on)
    listening = Listening([player])
    player.play()
    listening.run(1.2)
    print("  stood still", times[0] == times[1], "after", times[0] > 0.2, "then", times[2])


def together(files):
    print("two players, of which one skips, and one that nobody holds")
    players = []
    for _ in range(2):
        player = pyglet.media.Player()
        player.queue(pyglet.media.load(str(files["narrow.wav"]), streaming=False))
        player.queue(pyglet.media.load(str(files["narrow.wav"]), streaming=False))
        players.append(player)
    later(0.3, players[0].next_source)
    later(0.5, players[1].next_source)
    listening = Listening(players)
    pyglet.media.load(str(files["tone.flac"]), streaming=False).play()
    pyglet.media.PlayerGroup(players).play()
    listening.run(2)


def shown(player):
    """A checksum of what is on the player's texture."""
    image = player.texture.get_image_data()
    pixels = bytes(image.get_data("RGBA", image.width * 4))
    return image.width, image.height, hashlib.sha256(pixels).hexdigest()[:16]


def film(path):
    print(path.name)
    source = pyglet.media.load(str(path))
    video = source.video_format
    window = pyglet.window.Window(video.width, video.height)
    player = pyglet.media.Player()
    player.queue(source)
    drawn = []

    @window.event
    def on_draw():
        window.clear()
        player.texture.blit(0, 0)
        drawn.append(shown(player))

    player.play()
    player.pause()
    for moment in (0.55, 0.25, 1.05):
        player.seek(moment)
        print("  at", moment, *shown(player))
    player.seek(0.0)
    listening = Listening([player])
    # Nothing is there to be drawn when the player has ended.
    player.push_handlers(on_player_eos=window.close)
    player.play()
    listening.run(1.4)
    print("  drawn more than one picture", len(set(drawn)) > 1)


def main(folder):
    files = pyglet_media_files.make(folder)
    print(type(get_audio_driver()).__name__)
    one_after_another(files)
    paused(files)
    together(files)
    for name in ("film.mp4", "film.avi", "film.y4m"):
        film(files[name])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
