/* The calls of FreeType that drawing letters needs, found in its shared library when the first of them is made. */
#ifndef CFREETYPE_H
#define CFREETYPE_H

#include <stdint.h>

typedef struct cfreetype_font cfreetype_font;

typedef struct {
    int width, height;
    /* From the pen to the upper left corner: right, and up. */
    int left, top;
    /* To the next letter, in 64ths of a pixel. */
    long advance;
    /* Rows of `stride` bytes, 0 to 255; good until the next call with the font. */
    const uint8_t *coverage;
    int stride;
} cfreetype_glyph;

/* Whether the library could be loaded. */
int cfreetype_is_available(void);
/* NULL where there is no library, no file, or no font in it. A font is used by one thread at a time. */
cfreetype_font *cfreetype_open(const char *path);
void cfreetype_close(cfreetype_font *font);
/* Draws a letter so many pixels to the em; 0 where it succeeded. */
int cfreetype_draw(cfreetype_font *font, uint32_t character, uint32_t pixels, cfreetype_glyph *glyph);

#endif
