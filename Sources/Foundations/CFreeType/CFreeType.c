#include "CFreeType.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

#ifdef __APPLE__
#define LIBRARY "libfreetype.6.dylib"
#else
#define LIBRARY "libfreetype.so.6"
#endif

/* ftimage.h, freetype.h: the beginnings of the records, which FreeType 2 keeps as they are. */
typedef struct {
    void *data;
    void *finalizer;
} ft_generic;

typedef struct {
    unsigned int rows, width;
    int pitch;
    unsigned char *buffer;
    unsigned short num_grays;
    unsigned char pixel_mode, palette_mode;
    void *palette;
} ft_bitmap;

typedef struct {
    void *library, *face, *next;
    unsigned int glyph_index;
    ft_generic generic;
    long metrics[8];
    long linear_advances[2];
    long advance_x, advance_y;
    int format;
    ft_bitmap bitmap;
    int bitmap_left, bitmap_top;
} ft_glyph_slot;

typedef struct {
    long num_faces, face_index, face_flags, style_flags, num_glyphs;
    char *family_name, *style_name;
    int num_fixed_sizes;
    void *available_sizes;
    int num_charmaps;
    void *charmaps;
    ft_generic generic;
    long bounds[4];
    unsigned short units_per_em;
    short measures[7];
    ft_glyph_slot *glyph;
} ft_face;

static struct {
    int (*init)(void **);
    int (*done)(void *);
    int (*new_face)(void *, const char *, long, ft_face **);
    int (*done_face)(ft_face *);
    int (*set_pixel_sizes)(ft_face *, unsigned int, unsigned int);
    int (*load_char)(ft_face *, unsigned long, int32_t);
} freetype;

struct cfreetype_font {
    void *library;
    ft_face *face;
};

static int is_loaded = 0;

static void load(void) {
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    struct {
        const char *name;
        void **place;
    } calls[] = {
        {"FT_Init_FreeType", (void **)&freetype.init},
        {"FT_Done_FreeType", (void **)&freetype.done},
        {"FT_New_Face", (void **)&freetype.new_face},
        {"FT_Done_Face", (void **)&freetype.done_face},
        {"FT_Set_Pixel_Sizes", (void **)&freetype.set_pixel_sizes},
        {"FT_Load_Char", (void **)&freetype.load_char},
    };
    for (size_t index = 0; index < sizeof calls / sizeof calls[0]; index++) {
        *calls[index].place = dlsym(library, calls[index].name);
        if (*calls[index].place == NULL) return;
    }
    is_loaded = 1;
}

int cfreetype_is_available(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded;
}

cfreetype_font *cfreetype_open(const char *path) {
    if (!cfreetype_is_available()) return NULL;
    cfreetype_font *font = calloc(1, sizeof *font);
    if (font == NULL) return NULL;
    if (freetype.init(&font->library) != 0) {
        free(font);
        return NULL;
    }
    if (freetype.new_face(font->library, path, 0, &font->face) != 0) {
        freetype.done(font->library);
        free(font);
        return NULL;
    }
    return font;
}

/* Everything else has a font, and so the library. */

void cfreetype_close(cfreetype_font *font) {
    freetype.done_face(font->face);
    freetype.done(font->library);
    free(font);
}

int cfreetype_draw(cfreetype_font *font, uint32_t character, uint32_t pixels, cfreetype_glyph *glyph) {
    int failure = freetype.set_pixel_sizes(font->face, 0, pixels);
    if (failure == 0) failure = freetype.load_char(font->face, character, 4 | 2 /* FT_LOAD_RENDER | FT_LOAD_NO_HINTING */);
    if (failure != 0) return failure;
    const ft_glyph_slot *slot = font->face->glyph;
    glyph->width = (int)slot->bitmap.width;
    glyph->height = (int)slot->bitmap.rows;
    glyph->left = slot->bitmap_left;
    glyph->top = slot->bitmap_top;
    glyph->advance = slot->advance_x;
    glyph->coverage = slot->bitmap.buffer;
    glyph->stride = slot->bitmap.pitch;
    return 0;
}
