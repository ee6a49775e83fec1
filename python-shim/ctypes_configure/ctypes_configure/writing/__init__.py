"""How Python says it: ctypes declarations of the types in `reading.model`, with C's layout (`layout`,
`bitfields`), and the text of modules of them."""
