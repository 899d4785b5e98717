#include "CTesseract.h"
#include "Libraries.h"

#include <stdlib.h>

ctesseract_pix *ctesseract_pix_read(const uint8_t *bytes, size_t length) {
    if (!ctesseract_has_leptonica()) return NULL;
    return leptonica.read(bytes, length);
}

/* Pixels of 8 bits stand in words whose first byte is the highest one. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BYTE(x) ((x) ^ 3)
#else
#define BYTE(x) (x)
#endif

ctesseract_pix *ctesseract_pix_from_gray(const uint8_t *pixels, int width, int height) {
    if (!ctesseract_has_leptonica()) return NULL;
    ctesseract_pix *pix = leptonica.create(width, height, 8);
    if (pix == NULL) return NULL;
    uint8_t *row = (uint8_t *)leptonica.data(pix);
    size_t stride = 4 * (size_t)leptonica.words_per_line(pix);
    for (int y = 0; y < height; y++, row += stride, pixels += width)
        for (int x = 0; x < width; x++) row[BYTE(x)] = pixels[x];
    return pix;
}

ctesseract_pix *ctesseract_pix_from_color(const uint32_t *pixels, int width, int height) {
    if (!ctesseract_has_leptonica()) return NULL;
    ctesseract_pix *pix = leptonica.create(width, height, 32);
    if (pix == NULL) return NULL;
    uint32_t *row = leptonica.data(pix);
    for (int y = 0; y < height; y++, row += leptonica.words_per_line(pix), pixels += width)
        for (int x = 0; x < width; x++) row[x] = pixels[x];
    return pix;
}

/* Everything else has a picture, and so the library. */

void ctesseract_pix_destroy(ctesseract_pix *pix) { leptonica.destroy(&pix); }

int ctesseract_pix_width(ctesseract_pix *pix) { return leptonica.width(pix); }

int ctesseract_pix_height(ctesseract_pix *pix) { return leptonica.height(pix); }

void ctesseract_pix_copy_gray(ctesseract_pix *pix, uint8_t *pixels) {
    int width = leptonica.width(pix), height = leptonica.height(pix);
    const uint8_t *row = (const uint8_t *)leptonica.data(pix);
    size_t stride = 4 * (size_t)leptonica.words_per_line(pix);
    for (int y = 0; y < height; y++, row += stride, pixels += width)
        for (int x = 0; x < width; x++) pixels[x] = row[BYTE(x)];
}

void ctesseract_pix_copy_color(ctesseract_pix *pix, uint32_t *pixels) {
    int width = leptonica.width(pix), height = leptonica.height(pix);
    const uint32_t *row = leptonica.data(pix);
    for (int y = 0; y < height; y++, row += leptonica.words_per_line(pix), pixels += width)
        for (int x = 0; x < width; x++) pixels[x] = row[x];
}

int ctesseract_pix_write_png(ctesseract_pix *pix, uint8_t **bytes, size_t *length) {
    return leptonica.write_png(bytes, length, pix, 0);
}

int ctesseract_pix_write_jpeg(ctesseract_pix *pix, int quality, uint8_t **bytes, size_t *length) {
    return leptonica.write_jpeg(bytes, length, pix, quality, 0);
}

void ctesseract_free(void *memory) { leptonica.free(memory); }

ctesseract_pix *ctesseract_pix_to_gray(ctesseract_pix *pix) {
    ctesseract_pix *opaque = leptonica.remove_alpha(pix);
    if (opaque == NULL) return NULL;
    ctesseract_pix *gray = leptonica.to_gray(opaque, 0);
    leptonica.destroy(&opaque);
    return gray;
}

ctesseract_pix *ctesseract_pix_scale(ctesseract_pix *pix, int width, int height) {
    return leptonica.scale(pix, width, height);
}

ctesseract_pix *ctesseract_pix_turn(ctesseract_pix *pix, int quarters) { return leptonica.turn(pix, quarters & 3); }

ctesseract_pix *ctesseract_pix_rotate(ctesseract_pix *pix, float angle) {
    return leptonica.rotate(pix, angle, 1 /* L_ROTATE_AREA_MAP */, 1 /* L_BRING_IN_WHITE */, 0, 0);
}

ctesseract_pix *ctesseract_pix_blur(ctesseract_pix *pix, int half_width, int half_height) {
    return leptonica.blur(pix, half_width, half_height);
}

ctesseract_pix *ctesseract_pix_invert(ctesseract_pix *pix) { return leptonica.invert(NULL, pix); }

ctesseract_pix *ctesseract_pix_project(ctesseract_pix *pix, float coefficients[8], uint32_t outside) {
    if (leptonica.depth(pix) == 32) return leptonica.project_color(pix, coefficients, outside);
    return leptonica.project_gray(pix, coefficients, (uint8_t)outside);
}

ctesseract_pix *ctesseract_pix_gradient(ctesseract_pix *gray, int width, int height) {
    ctesseract_pix *bright = leptonica.dilate_gray(gray, width, height);
    ctesseract_pix *dark = leptonica.erode_gray(gray, width, height);
    ctesseract_pix *difference = NULL;
    if (bright != NULL && dark != NULL) difference = leptonica.subtract_gray(NULL, bright, dark);
    if (bright != NULL) leptonica.destroy(&bright);
    if (dark != NULL) leptonica.destroy(&dark);
    return difference;
}

ctesseract_pix *ctesseract_pix_threshold(ctesseract_pix *gray, int threshold) {
    return leptonica.threshold(gray, threshold);
}

ctesseract_pix *ctesseract_pix_otsu(ctesseract_pix *gray, int tile_width, int tile_height) {
    ctesseract_pix *bits = NULL;
    if (leptonica.otsu(gray, tile_width, tile_height, 0, 0, 0.1f, NULL, &bits) != 0) return NULL;
    return bits;
}

ctesseract_pix *ctesseract_pix_sauvola(ctesseract_pix *gray, int half_window, float factor) {
    ctesseract_pix *bits = NULL;
    if (leptonica.sauvola(gray, half_window, factor, 1, NULL, NULL, NULL, &bits) != 0) return NULL;
    return bits;
}

ctesseract_pix *ctesseract_pix_close(ctesseract_pix *bits, int width, int height) {
    return leptonica.close(NULL, bits, width, height);
}

ctesseract_pix *ctesseract_pix_open(ctesseract_pix *bits, int width, int height) {
    return leptonica.open(NULL, bits, width, height);
}

int ctesseract_pix_skew(ctesseract_pix *bits, float range, float *angle, float *confidence) {
    return leptonica.skew(bits, angle, confidence, 4, 2, range, 1.0f, 0.01f);
}

int ctesseract_pix_components(ctesseract_pix *bits, int32_t *boxes, int capacity) {
    void *found = leptonica.components(bits, NULL, 8);
    if (found == NULL) return 0;
    int count = leptonica.box_count(found);
    for (int index = 0; index < count && index < capacity; index++)
        leptonica.box(found, index, boxes + 4 * index, boxes + 4 * index + 1, boxes + 4 * index + 2,
                      boxes + 4 * index + 3);
    leptonica.destroy_boxes(&found);
    return count;
}
