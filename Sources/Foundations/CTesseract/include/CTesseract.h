/* The calls of Tesseract and Leptonica that reading a card needs, found in their shared libraries when the first of them
   is made. Nothing is linked: a build needs no headers, and a machine that recognizes nothing needs no library. */
#ifndef CTESSERACT_H
#define CTESSERACT_H

/* Whether both libraries could be loaded. */
int ctesseract_is_available(void);

#endif
