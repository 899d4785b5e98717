#include "CTesseract.h"
#include "Libraries.h"

#include <string.h>

ctesseract_engine *ctesseract_engine_create(const char *data, const char *language) {
    if (!ctesseract_is_available()) return NULL;
    ctesseract_engine *engine = tesseract.create();
    if (engine == NULL) return NULL;
    tesseract.set_variable(engine, "debug_file", "/dev/null");
    if (tesseract.init(engine, data, language) != 0) {
        tesseract.destroy(engine);
        return NULL;
    }
    return engine;
}

/* Everything else has an engine or results, and so the libraries. */

void ctesseract_engine_destroy(ctesseract_engine *engine) {
    tesseract.end(engine);
    tesseract.destroy(engine);
}

int ctesseract_engine_set(ctesseract_engine *engine, const char *variable, const char *value) {
    return tesseract.set_variable(engine, variable, value);
}

void ctesseract_engine_set_segmentation(ctesseract_engine *engine, int mode) {
    tesseract.set_segmentation(engine, mode);
}

ctesseract_results *ctesseract_engine_recognize(ctesseract_engine *engine, ctesseract_pix *pix, int resolution) {
    /* Tesseract asks for four threads by number; so little work for each has them wait for each other most of the time.
       Without active levels this thread works alone. */
    if (tesseract.set_active_levels != NULL) tesseract.set_active_levels(0);
    tesseract.set_image(engine, pix);
    tesseract.set_resolution(engine, resolution);
    if (tesseract.recognize(engine, NULL) != 0) return NULL;
    return tesseract.iterator(engine);
}

void ctesseract_engine_clear(ctesseract_engine *engine) { tesseract.clear(engine); }

enum { LINE = 2, WORD = 3, SYMBOL = 4 }; /* TessPageIteratorLevel */

void ctesseract_results_destroy(ctesseract_results *results) { tesseract.delete_results(results); }

int ctesseract_results_next(ctesseract_results *results) { return tesseract.next(results, SYMBOL); }

size_t ctesseract_results_text(ctesseract_results *results, char *text, size_t capacity) {
    char *found = tesseract.text(results, SYMBOL);
    if (found == NULL || capacity == 0) return 0;
    size_t length = strlen(found);
    if (length >= capacity) length = 0;
    memcpy(text, found, length);
    text[length] = 0;
    tesseract.delete_text(found);
    return length;
}

float ctesseract_results_confidence(ctesseract_results *results) { return tesseract.confidence(results, SYMBOL); }

int ctesseract_results_box(ctesseract_results *results, int32_t box[4]) {
    return tesseract.box(tesseract.page_iterator(results), SYMBOL, &box[0], &box[1], &box[2], &box[3]);
}

int ctesseract_results_begins_word(ctesseract_results *results) {
    return tesseract.begins(tesseract.page_iterator(results), WORD);
}

int ctesseract_results_begins_line(ctesseract_results *results) {
    return tesseract.begins(tesseract.page_iterator(results), LINE);
}

int ctesseract_results_choices(ctesseract_results *results, ctesseract_choice *choices, int capacity) {
    void *iterator = tesseract.choices(results);
    if (iterator == NULL) return 0;
    int count = 0;
    do {
        const char *text = tesseract.choice_text(iterator);
        if (text == NULL || strlen(text) >= sizeof choices->text) continue;
        strcpy(choices[count].text, text);
        choices[count].confidence = tesseract.choice_confidence(iterator);
        count++;
    } while (count < capacity && tesseract.next_choice(iterator));
    tesseract.delete_choices(iterator);
    return count;
}
