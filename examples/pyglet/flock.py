"""A flock of triangles: each flies on, turns to where its neighbours fly, and keeps off the mouse.

Every triangle is a shape of one batch, so a frame is one draw call, and moving the flock is writing C
arrays.
"""

import math
import random

import pyglet

COUNT, SPEED, SIGHT = 60, 90.0, 60.0

window = pyglet.window.Window(480, 320, caption="flock", resizable=True)
batch = pyglet.graphics.Batch()
mouse = [-1000.0, -1000.0]
chance = random.Random(7)


class Bird:
    def __init__(self):
        self.x, self.y = chance.uniform(0, window.width), chance.uniform(0, window.height)
        self.angle = chance.uniform(-math.pi, math.pi)
        colour = chance.choice([(255, 190, 11), (251, 86, 7), (131, 56, 236), (58, 134, 255)])
        self.shape = pyglet.shapes.Triangle(0, 6, -4, -6, 4, -6, color=colour, batch=batch)
        self.shape.anchor_position = 0, 6

    def fly(self, seconds, flock):
        near = [bird for bird in flock if bird is not self
                and abs(bird.x - self.x) < SIGHT and abs(bird.y - self.y) < SIGHT]
        if near:
            # The mean direction of those around.
            east = sum(math.cos(bird.angle) for bird in near)
            north = sum(math.sin(bird.angle) for bird in near)
            self.turn(math.atan2(north, east), seconds)
        if math.hypot(self.x - mouse[0], self.y - mouse[1]) < SIGHT:
            self.turn(math.atan2(self.y - mouse[1], self.x - mouse[0]), 4 * seconds)
        self.x = (self.x + SPEED * seconds * math.cos(self.angle)) % window.width
        self.y = (self.y + SPEED * seconds * math.sin(self.angle)) % window.height
        self.shape.position = self.x, self.y
        self.shape.rotation = 90 - math.degrees(self.angle)

    def turn(self, angle, amount):
        difference = math.remainder(angle - self.angle, math.tau)
        self.angle += difference * min(1.0, amount)


flock = [Bird() for _ in range(COUNT)]


@window.event
def on_draw():
    window.clear()
    batch.draw()


@window.event
def on_mouse_motion(x, y, dx, dy):
    mouse[:] = x, y


@window.event
def on_mouse_leave(x, y):
    mouse[:] = -1000.0, -1000.0


def advance(seconds):
    for bird in flock:
        bird.fly(seconds, flock)


pyglet.clock.schedule_interval(advance, 1 / 60)
pyglet.app.run()
