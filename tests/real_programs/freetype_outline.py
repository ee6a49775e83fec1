"""freetype-py: a face from memory, a glyph's bitmap as text, and its outline walked by FreeType
calling Python for every segment."""

import freetype

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

with open(FONT, "rb") as file:
    face = freetype.Face(file)
print(face.family_name.decode(), face.style_name.decode(), face.num_glyphs > 1000,
      face.units_per_EM, face.is_scalable)
face.set_char_size(16 * 64)
face.load_char("g", freetype.FT_LOAD_RENDER | freetype.FT_LOAD_TARGET_MONO)
bitmap = face.glyph.bitmap
for row in range(bitmap.rows):
    bits = "".join(f"{byte:08b}" for byte in bitmap.buffer[row * bitmap.pitch:(row + 1) * bitmap.pitch])
    print("   ", bits[:bitmap.width].replace("0", ".").replace("1", "#"))
print("metrics", face.glyph.advance.x / 64, face.glyph.metrics.horiBearingY, face.glyph.bitmap_top)

face.load_char("i", freetype.FT_LOAD_NO_BITMAP | freetype.FT_LOAD_NO_HINTING)
outline = face.glyph.outline
print("outline", outline.n_points, outline.contours, outline.points[:3], outline.get_bbox().yMax)


def walk(name):
    return lambda *points: path.append((name, *[(p.x, p.y) for p in points[:-1]], points[-1]))


path = []
outline.decompose("context", move_to=walk("move"), line_to=walk("line"),
                  conic_to=walk("conic"), cubic_to=walk("cubic"))
for segment in path:
    print("   ", *segment)

face.set_pixel_sizes(0, 32)
print("kerning", face.get_kerning("A", "V").x < 0, face.get_char_index("€") > 0,
      face.get_name_index(b"Aring") > 0)
charmaps = [(c.encoding_name, c.platform_id) for c in face.charmaps]
print("charmaps", charmaps)
face.set_transform(freetype.Matrix(0, -0x10000, 0x10000, 0), freetype.Vector(64, 0))
face.load_char("l", freetype.FT_LOAD_RENDER)
print("a turned l is wider than high", face.glyph.bitmap.width > face.glyph.bitmap.rows)
try:
    freetype.Face("/nowhere.ttf")
except freetype.FT_Exception as error:
    print("FT_Exception", error)
