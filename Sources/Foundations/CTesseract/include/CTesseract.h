/* The calls of Tesseract and Leptonica that reading a card needs, found in their shared libraries when the first of them
   is made. Nothing is linked: a build needs no headers, and a machine that recognizes nothing needs no library. */
#ifndef CTESSERACT_H
#define CTESSERACT_H

#include <stddef.h>
#include <stdint.h>

/* PIX of Leptonica, TessBaseAPI and TessResultIterator of Tesseract. */
typedef struct ctesseract_pix ctesseract_pix;
typedef struct ctesseract_engine ctesseract_engine;
typedef struct ctesseract_results ctesseract_results;

/* Whether both libraries could be loaded; Leptonica alone reads, warps and writes pictures. */
int ctesseract_is_available(void);
int ctesseract_has_leptonica(void);

/* Pictures. Every call that answers one answers NULL where it could not be made, also for lack of Leptonica; what it
   answers is destroyed by the caller. Gray pictures have 8 bits a pixel, color ones 32: 0xRRGGBB00. */

ctesseract_pix *ctesseract_pix_read(const uint8_t *bytes, size_t length);
ctesseract_pix *ctesseract_pix_from_gray(const uint8_t *pixels, int width, int height);
ctesseract_pix *ctesseract_pix_from_color(const uint32_t *pixels, int width, int height);
void ctesseract_pix_destroy(ctesseract_pix *pix);
int ctesseract_pix_width(ctesseract_pix *pix);
int ctesseract_pix_height(ctesseract_pix *pix);
/* Copies width × height pixels, row after row. */
void ctesseract_pix_copy_gray(ctesseract_pix *pix, uint8_t *pixels);
void ctesseract_pix_copy_color(ctesseract_pix *pix, uint32_t *pixels);
/* Files, released with ctesseract_free; 0 where it succeeded. */
int ctesseract_pix_write_png(ctesseract_pix *pix, uint8_t **bytes, size_t *length);
int ctesseract_pix_write_jpeg(ctesseract_pix *pix, int quality, uint8_t **bytes, size_t *length);
void ctesseract_free(void *memory);

ctesseract_pix *ctesseract_pix_to_gray(ctesseract_pix *pix);
ctesseract_pix *ctesseract_pix_scale(ctesseract_pix *pix, int width, int height);
ctesseract_pix *ctesseract_pix_turn(ctesseract_pix *pix, int quarters);
/* By radians, clockwise, around the middle; what comes in is white. */
ctesseract_pix *ctesseract_pix_rotate(ctesseract_pix *pix, float angle);
ctesseract_pix *ctesseract_pix_blur(ctesseract_pix *pix, int half_width, int half_height);
ctesseract_pix *ctesseract_pix_invert(ctesseract_pix *pix);
/* Where each pixel comes from: x' = (a x + b y + c) / (g x + h y + 1), y' = (d x + e y + f) / (g x + h y + 1). What lies
   outside is `outside`: a gray value, or a color. */
ctesseract_pix *ctesseract_pix_project(ctesseract_pix *gray_or_color, float coefficients[8], uint32_t outside);
/* The difference of the brightest and the darkest pixel within the brick. */
ctesseract_pix *ctesseract_pix_gradient(ctesseract_pix *gray, int width, int height);

/* Black and white: 1 bit a pixel. */
ctesseract_pix *ctesseract_pix_threshold(ctesseract_pix *gray, int threshold);
ctesseract_pix *ctesseract_pix_otsu(ctesseract_pix *gray, int tile_width, int tile_height);
ctesseract_pix *ctesseract_pix_sauvola(ctesseract_pix *gray, int half_window, float factor);
ctesseract_pix *ctesseract_pix_close(ctesseract_pix *bits, int width, int height);
ctesseract_pix *ctesseract_pix_open(ctesseract_pix *bits, int width, int height);
/* Degrees by which it would have to be turned clockwise, and how sure that is; 0 where it was found. */
int ctesseract_pix_skew(ctesseract_pix *bits, float range, float *angle, float *confidence);
/* Boxes (x, y, width, height) of what hangs together: at most `capacity`; answers how many there are. */
int ctesseract_pix_components(ctesseract_pix *bits, int32_t *boxes, int capacity);

/* Recognition. An engine is used by one thread at a time. */

/* `data` is the folder of the language files, or NULL for the installed one. */
ctesseract_engine *ctesseract_engine_create(const char *data, const char *language);
void ctesseract_engine_destroy(ctesseract_engine *engine);
int ctesseract_engine_set(ctesseract_engine *engine, const char *variable, const char *value);
void ctesseract_engine_set_segmentation(ctesseract_engine *engine, int mode);
/* Recognizes a picture; NULL where nothing was found. Release the results before the next picture. */
ctesseract_results *ctesseract_engine_recognize(ctesseract_engine *engine, ctesseract_pix *pix, int resolution);
/* Forgets the picture and what was read. */
void ctesseract_engine_clear(ctesseract_engine *engine);

void ctesseract_results_destroy(ctesseract_results *results);
/* Moves to the next symbol; 0 after the last. */
int ctesseract_results_next(ctesseract_results *results);
/* UTF-8 of the symbol, at most `capacity` bytes with the zero at the end; its length. */
size_t ctesseract_results_text(ctesseract_results *results, char *text, size_t capacity);
/* Of the symbol, 0 to 100. */
float ctesseract_results_confidence(ctesseract_results *results);
/* Left, top, right, bottom of the symbol. */
int ctesseract_results_box(ctesseract_results *results, int32_t box[4]);
int ctesseract_results_begins_word(ctesseract_results *results);
int ctesseract_results_begins_line(ctesseract_results *results);

/* What else the symbol may be. */
typedef struct {
    char text[8];
    float confidence;
} ctesseract_choice;
int ctesseract_results_choices(ctesseract_results *results, ctesseract_choice *choices, int capacity);

#endif
