#include "Libraries.h"

#include <dlfcn.h>
#include <pthread.h>

struct tesseract_calls tesseract;
struct leptonica_calls leptonica;

#ifdef __APPLE__
#define TESSERACT "libtesseract.5.dylib"
#define LEPTONICA "libleptonica.6.dylib"
#else
#define TESSERACT "libtesseract.so.5"
#define LEPTONICA "liblept.so.5"
#endif

struct call {
    const char *name;
    void **place;
};

static void *load(const char *name, const struct call *calls, size_t count) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return NULL;
    for (size_t index = 0; index < count; index++) {
        *calls[index].place = dlsym(library, calls[index].name);
        if (*calls[index].place == NULL) return NULL;
    }
    return library;
}

static int has_tesseract = 0, has_leptonica = 0;

static void load_both(void) {
    struct call leptonica_names[] = {
        {"pixReadMem", (void **)&leptonica.read},
        {"pixCreate", (void **)&leptonica.create},
        {"pixDestroy", (void **)&leptonica.destroy},
        {"pixGetWidth", (void **)&leptonica.width},
        {"pixGetHeight", (void **)&leptonica.height},
        {"pixGetDepth", (void **)&leptonica.depth},
        {"pixGetWpl", (void **)&leptonica.words_per_line},
        {"pixGetData", (void **)&leptonica.data},
        {"pixWriteMemPng", (void **)&leptonica.write_png},
        {"pixWriteMemJpeg", (void **)&leptonica.write_jpeg},
        {"lept_free", (void **)&leptonica.free},
        {"pixRemoveAlpha", (void **)&leptonica.remove_alpha},
        {"pixConvertTo8", (void **)&leptonica.to_gray},
        {"pixScaleToSize", (void **)&leptonica.scale},
        {"pixRotateOrth", (void **)&leptonica.turn},
        {"pixRotate", (void **)&leptonica.rotate},
        {"pixBlockconv", (void **)&leptonica.blur},
        {"pixInvert", (void **)&leptonica.invert},
        {"pixProjectiveGray", (void **)&leptonica.project_gray},
        {"pixProjectiveColor", (void **)&leptonica.project_color},
        {"pixDilateGray", (void **)&leptonica.dilate_gray},
        {"pixErodeGray", (void **)&leptonica.erode_gray},
        {"pixSubtractGray", (void **)&leptonica.subtract_gray},
        {"pixThresholdToBinary", (void **)&leptonica.threshold},
        {"pixOtsuAdaptiveThreshold", (void **)&leptonica.otsu},
        {"pixSauvolaBinarize", (void **)&leptonica.sauvola},
        {"pixCloseSafeBrick", (void **)&leptonica.close},
        {"pixOpenBrick", (void **)&leptonica.open},
        {"pixFindSkewSweepAndSearch", (void **)&leptonica.skew},
        {"pixConnComp", (void **)&leptonica.components},
        {"boxaGetCount", (void **)&leptonica.box_count},
        {"boxaGetBoxGeometry", (void **)&leptonica.box},
        {"boxaDestroy", (void **)&leptonica.destroy_boxes},
        {"setMsgSeverity", (void **)&leptonica.set_severity},
    };
    struct call tesseract_names[] = {
        {"TessBaseAPICreate", (void **)&tesseract.create},
        {"TessBaseAPIInit3", (void **)&tesseract.init},
        {"TessBaseAPISetVariable", (void **)&tesseract.set_variable},
        {"TessBaseAPISetPageSegMode", (void **)&tesseract.set_segmentation},
        {"TessBaseAPISetImage2", (void **)&tesseract.set_image},
        {"TessBaseAPISetSourceResolution", (void **)&tesseract.set_resolution},
        {"TessBaseAPIRecognize", (void **)&tesseract.recognize},
        {"TessBaseAPIClear", (void **)&tesseract.clear},
        {"TessBaseAPIEnd", (void **)&tesseract.end},
        {"TessBaseAPIDelete", (void **)&tesseract.destroy},
        {"TessBaseAPIGetIterator", (void **)&tesseract.iterator},
        {"TessResultIteratorDelete", (void **)&tesseract.delete_results},
        {"TessResultIteratorNext", (void **)&tesseract.next},
        {"TessResultIteratorGetUTF8Text", (void **)&tesseract.text},
        {"TessResultIteratorConfidence", (void **)&tesseract.confidence},
        {"TessDeleteText", (void **)&tesseract.delete_text},
        {"TessResultIteratorGetPageIteratorConst", (void **)&tesseract.page_iterator},
        {"TessPageIteratorBoundingBox", (void **)&tesseract.box},
        {"TessPageIteratorIsAtBeginningOf", (void **)&tesseract.begins},
        {"TessResultIteratorGetChoiceIterator", (void **)&tesseract.choices},
        {"TessChoiceIteratorNext", (void **)&tesseract.next_choice},
        {"TessChoiceIteratorGetUTF8Text", (void **)&tesseract.choice_text},
        {"TessChoiceIteratorConfidence", (void **)&tesseract.choice_confidence},
        {"TessChoiceIteratorDelete", (void **)&tesseract.delete_choices},
    };
    has_leptonica = load(LEPTONICA, leptonica_names, sizeof leptonica_names / sizeof leptonica_names[0]) != NULL;
    if (!has_leptonica) return;
    leptonica.set_severity(6 /* L_SEVERITY_NONE: what is wrong with a picture is told by the answer */);
    void *library = load(TESSERACT, tesseract_names, sizeof tesseract_names / sizeof tesseract_names[0]);
    if (library == NULL) return;
    has_tesseract = 1;
    *(void **)&tesseract.set_active_levels = dlsym(library, "omp_set_max_active_levels");
}

static void load_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_both);
}

int ctesseract_is_available(void) {
    load_once();
    return has_leptonica && has_tesseract;
}

int ctesseract_has_leptonica(void) {
    load_once();
    return has_leptonica;
}
