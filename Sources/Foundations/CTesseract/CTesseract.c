#include "CTesseract.h"

#include <dlfcn.h>

int ctesseract_is_available(void) {
    void *tesseract = dlopen("libtesseract.so.5", RTLD_LAZY | RTLD_LOCAL);
    void *leptonica = dlopen("liblept.so.5", RTLD_LAZY | RTLD_LOCAL);
    return tesseract != 0 && leptonica != 0;
}
