/* The functions as the libraries declare them: capi.h of Tesseract 5, allheaders.h of Leptonica 1.82. */
#include "CTesseract.h"

struct tesseract_calls {
    ctesseract_engine *(*create)(void);
    int (*init)(ctesseract_engine *, const char *, const char *);
    int (*set_variable)(ctesseract_engine *, const char *, const char *);
    void (*set_segmentation)(ctesseract_engine *, int);
    void (*set_image)(ctesseract_engine *, ctesseract_pix *);
    void (*set_resolution)(ctesseract_engine *, int);
    int (*recognize)(ctesseract_engine *, void *);
    void (*clear)(ctesseract_engine *);
    void (*end)(ctesseract_engine *);
    void (*destroy)(ctesseract_engine *);
    ctesseract_results *(*iterator)(ctesseract_engine *);
    void (*delete_results)(ctesseract_results *);
    int (*next)(ctesseract_results *, int);
    char *(*text)(ctesseract_results *, int);
    float (*confidence)(ctesseract_results *, int);
    void (*delete_text)(const char *);
    const void *(*page_iterator)(ctesseract_results *);
    int (*box)(const void *, int, int *, int *, int *, int *);
    int (*begins)(const void *, int);
    void *(*choices)(ctesseract_results *);
    int (*next_choice)(void *);
    const char *(*choice_text)(void *);
    float (*choice_confidence)(void *);
    void (*delete_choices)(void *);
    /* Of OpenMP, which Tesseract may be built with: absent where it is not. */
    void (*set_active_levels)(int);
};

struct leptonica_calls {
    ctesseract_pix *(*read)(const uint8_t *, size_t);
    ctesseract_pix *(*create)(int, int, int);
    void (*destroy)(ctesseract_pix **);
    int (*width)(ctesseract_pix *);
    int (*height)(ctesseract_pix *);
    int (*depth)(ctesseract_pix *);
    int (*words_per_line)(ctesseract_pix *);
    uint32_t *(*data)(ctesseract_pix *);
    int (*write_png)(uint8_t **, size_t *, ctesseract_pix *, float);
    int (*write_jpeg)(uint8_t **, size_t *, ctesseract_pix *, int, int);
    void (*free)(void *);
    ctesseract_pix *(*remove_alpha)(ctesseract_pix *);
    ctesseract_pix *(*to_gray)(ctesseract_pix *, int);
    ctesseract_pix *(*scale)(ctesseract_pix *, int, int);
    ctesseract_pix *(*turn)(ctesseract_pix *, int);
    ctesseract_pix *(*rotate)(ctesseract_pix *, float, int, int, int, int);
    ctesseract_pix *(*blur)(ctesseract_pix *, int, int);
    ctesseract_pix *(*invert)(ctesseract_pix *, ctesseract_pix *);
    ctesseract_pix *(*project_gray)(ctesseract_pix *, float *, uint8_t);
    ctesseract_pix *(*project_color)(ctesseract_pix *, float *, uint32_t);
    ctesseract_pix *(*dilate_gray)(ctesseract_pix *, int, int);
    ctesseract_pix *(*erode_gray)(ctesseract_pix *, int, int);
    ctesseract_pix *(*subtract_gray)(ctesseract_pix *, ctesseract_pix *, ctesseract_pix *);
    ctesseract_pix *(*threshold)(ctesseract_pix *, int);
    int (*otsu)(ctesseract_pix *, int, int, int, int, float, ctesseract_pix **, ctesseract_pix **);
    int (*sauvola)(ctesseract_pix *, int, float, int, ctesseract_pix **, ctesseract_pix **, ctesseract_pix **,
                   ctesseract_pix **);
    ctesseract_pix *(*close)(ctesseract_pix *, ctesseract_pix *, int, int);
    ctesseract_pix *(*open)(ctesseract_pix *, ctesseract_pix *, int, int);
    int (*skew)(ctesseract_pix *, float *, float *, int, int, float, float, float);
    void *(*components)(ctesseract_pix *, void **, int);
    int (*box_count)(void *);
    int (*box)(void *, int, int32_t *, int32_t *, int32_t *, int32_t *);
    void (*destroy_boxes)(void **);
    int (*set_severity)(int);
};

extern struct tesseract_calls tesseract;
extern struct leptonica_calls leptonica;
