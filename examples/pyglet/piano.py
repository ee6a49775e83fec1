"""An octave on the keyboard: A S D F G H J K are the white keys, W E T Y U the black ones.

A note is synthesised when its key goes down. Without a sound card the keys light up all the same.
"""

import pyglet
from pyglet.window import key

# Semitones above C, and the key of the computer's keyboard.
WHITE = [(0, "A"), (2, "S"), (4, "D"), (5, "F"), (7, "G"), (9, "H"), (11, "J"), (12, "K")]
# And between which white keys it lies.
BLACK = [(1, "W", 1), (3, "E", 2), (6, "T", 4), (8, "Y", 5), (10, "U", 6)]
C4 = 261.63
PRESSED = (255, 190, 11)

window = pyglet.window.Window(480, 240, caption="piano")
batch = pyglet.graphics.Batch()
below, above = pyglet.graphics.Group(order=0), pyglet.graphics.Group(order=1)
letters = pyglet.graphics.Group(order=2)
keys, labels = {}, []


def add(semitone, letter, x, y, width, height, colour, ink, group):
    shape = pyglet.shapes.Rectangle(x, y, width, height, color=colour, batch=batch, group=group)
    labels.append(pyglet.text.Label(
        letter, x=x + width / 2, y=y + 16, anchor_x="center", color=ink, batch=batch, group=letters))
    keys[getattr(key, letter)] = semitone, shape, colour


for number, (semitone, letter) in enumerate(WHITE):
    add(semitone, letter, 60 * number + 1, 0, 58, 240, (240, 240, 240), (60, 60, 60, 255), below)
for semitone, letter, right in BLACK:
    add(semitone, letter, 60 * right - 18, 96, 36, 144, (30, 30, 30), (220, 220, 220, 255), above)


def play(semitone):
    from pyglet.media import synthesis
    decay = synthesis.LinearDecayEnvelope(peak=0.6)
    frequency = C4 * 2 ** (semitone / 12)
    synthesis.Triangle(0.8, frequency=frequency, envelope=decay).play()


@window.event
def on_key_press(symbol, modifiers):
    if symbol in keys:
        semitone, shape, _ = keys[symbol]
        shape.color = PRESSED
        play(semitone)


@window.event
def on_key_release(symbol, modifiers):
    if symbol in keys:
        _, shape, colour = keys[symbol]
        shape.color = colour


@window.event
def on_draw():
    window.clear()
    batch.draw()


pyglet.app.run()
