"""PySDL2 on SDL's dummy video driver: pixels drawn by C and read in place, events as unions, an
event watch called back from C, and a timer that calls Python from a thread of SDL's own."""

import ctypes
import os
import threading

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"

import sdl2
import sdl2.ext

print("init", sdl2.SDL_Init(sdl2.SDL_INIT_VIDEO | sdl2.SDL_INIT_TIMER))
print("driver", sdl2.SDL_GetCurrentVideoDriver().decode())

window = sdl2.SDL_CreateWindow(b"ctypes", 0, 0, 64, 32, sdl2.SDL_WINDOW_HIDDEN)
surface = sdl2.SDL_CreateRGBSurfaceWithFormat(0, 64, 32, 32, sdl2.SDL_PIXELFORMAT_ARGB8888)
renderer = sdl2.SDL_CreateSoftwareRenderer(surface)
sdl2.SDL_SetRenderDrawColor(renderer, 255, 128, 0, 255)
sdl2.SDL_RenderFillRect(renderer, sdl2.SDL_Rect(8, 4, 16, 8))
sdl2.SDL_SetRenderDrawColor(renderer, 0, 0, 255, 255)
sdl2.SDL_RenderDrawLine(renderer, 0, 31, 63, 31)
sdl2.SDL_RenderPresent(renderer)
pixels = ctypes.cast(surface.contents.pixels, ctypes.POINTER(ctypes.c_uint32))
pitch = surface.contents.pitch // 4
print("surface", surface.contents.w, surface.contents.h, pitch,
      f"{surface.contents.format.contents.Rmask:08x}")
print("orange", sum(pixels[i] == 0xFFFF8000 for i in range(pitch * 32)))
print("blue", {f"{pixel:08x}" for pixel in pixels[pitch * 31:pitch * 31 + 64]})
sdl2.SDL_SaveBMP(surface, b"sdl2_events.bmp")
again = sdl2.SDL_LoadBMP(b"sdl2_events.bmp")
print("read back", again.contents.w, again.contents.h)
os.remove("sdl2_events.bmp")

watched = []


@sdl2.SDL_EventFilter
def watch(userdata, event):
    watched.append((userdata, event.contents.type, event.contents.user.code))
    return 1


sdl2.SDL_FlushEvents(sdl2.SDL_FIRSTEVENT, sdl2.SDL_LASTEVENT)
sdl2.SDL_AddEventWatch(watch, ctypes.c_void_p(5))
kind = sdl2.SDL_RegisterEvents(1)
event = sdl2.SDL_Event(type=kind)
event.user.code = -7
event.user.data1 = 0x1234
print("pushed", sdl2.SDL_PushEvent(event))
received = sdl2.SDL_Event()
while sdl2.SDL_PollEvent(ctypes.byref(received)):
    print("event", received.type == kind, received.user.code, hex(received.user.data1))
print("watched", [(data, code) for data, seen, code in watched if seen == kind])
sdl2.SDL_DelEventWatch(watch, ctypes.c_void_p(5))

ticks = []
done = threading.Event()


@sdl2.SDL_TimerCallback
def tick(interval, parameter):
    ticks.append((interval, parameter, threading.get_ident() != threading.main_thread().ident))
    if len(ticks) == 3:
        done.set()
        return 0
    return interval


print("timer", sdl2.SDL_AddTimer(1, tick, ctypes.c_void_p(9)) > 0)
print("ticked", done.wait(30), ticks)

print("error", bool(sdl2.SDL_LoadBMP(b"/nowhere.bmp")), sdl2.SDL_GetError().decode())
guid = sdl2.SDL_JoystickGetGUIDFromString(b"030000005e0400008e02000014010000")
text = ctypes.create_string_buffer(33)
sdl2.SDL_JoystickGetGUIDString(guid, text, 33)  # a structure of 16 bytes by value, both ways
print("guid", text.value.decode())
print("rectangle", sdl2.SDL_HasIntersection(sdl2.SDL_Rect(0, 0, 4, 4), sdl2.SDL_Rect(3, 3, 4, 4)),
      sdl2.ext.Color(1, 2, 3), sdl2.ext.string_to_color("#ff8000"))
sdl2.SDL_DestroyRenderer(renderer)
sdl2.SDL_FreeSurface(surface)
sdl2.SDL_DestroyWindow(window)
sdl2.SDL_Quit()
