"""pypdfium2: a page made, drawn on, saved through a C callback into Python, loaded from memory and
rendered; then its text and its objects read back."""

import ctypes
import io

import pypdfium2 as pdfium
import pypdfium2.raw as raw

document = pdfium.PdfDocument.new()
page = document.new_page(200, 100)
box = raw.FPDFPageObj_CreateNewRect(20, 10, 60, 30)
raw.FPDFPageObj_SetFillColor(box, 255, 0, 0, 255)
raw.FPDFPath_SetDrawMode(box, raw.FPDF_FILLMODE_ALTERNATE, False)
raw.FPDFPage_InsertObject(page, box)
text = raw.FPDFPageObj_NewTextObj(document, b"Helvetica", 18)
words = "Grüße, ctypes".encode("utf-16-le") + b"\0\0"
raw.FPDFText_SetText(text, ctypes.cast(words, raw.FPDF_WIDESTRING))
raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, 20, 60)
raw.FPDFPage_InsertObject(page, text)
page.gen_content()
file = io.BytesIO()
document.save(file)  # pdfium calls Python for every block it writes
print("saved", file.getvalue()[:5], len(file.getvalue()) > 500)

document = pdfium.PdfDocument(file.getvalue())
page = document[0]
print("pages", len(document), page.get_size(), document.get_version())
print("text", repr(page.get_textpage().get_text_range()))
for item in page.get_objects():
    print("object", item.type, [round(edge) for edge in item.get_bounds()][:2])

bitmap = page.render(scale=1)
stride = bitmap.stride
pixels = bytes(bitmap.buffer)
print("bitmap", bitmap.width, bitmap.height, bitmap.format, len(pixels) == stride * bitmap.height)
row = (100 - 25) * stride
print("inside the box", pixels[row + 3 * 40:row + 3 * 41].hex(),
      "outside", pixels[row + 3 * 150:row + 3 * 151].hex())
dark = sum(sum(pixels[i:i + 3]) < 200 for i in range(0, 50 * stride, 3))
print("the text is drawn", dark > 50)

document = pdfium.PdfDocument(io.BytesIO(file.getvalue()))  # read through a callback this time
print("streamed", document[0].get_textpage().count_chars())
try:
    pdfium.PdfDocument(b"not a document")
except pdfium.PdfiumError as error:
    print("PdfiumError", error)
