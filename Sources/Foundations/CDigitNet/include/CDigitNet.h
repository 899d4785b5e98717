/* The loops over pixels of the digit reader. They are C because a debug build, in which the tests and the demonstration
   run, takes a hundred times as long for them in Swift. */
#ifndef CDIGITNET_H
#define CDIGITNET_H

#include <stdint.h>

/* A line of digits on a gray picture: y = middle + slope × x; strip pixels per picture pixel. */
typedef struct {
    double left, middle, slope, scale;
    int margin;
} cdigitnet_row;

/* Cuts a strip out of a picture, four samples a pixel, and makes every pixel its distance from the mean in deviations,
   both of the columns at most `margin` away. `pixels` has width × height, at least 2 × 2, `strip` strip_width ×
   strip_height, at most 1024 wide. */
void cdigitnet_strip(const uint8_t *pixels, int width, int height, const cdigitnet_row *row, float *strip,
                     int strip_width, int strip_height);

/* One layer. The planes of a place stand side by side, in the input, the output and the weights; the number of output
   planes is a multiple of 8 and at most 64. */
typedef struct {
    int stride, planes, size, step;
    int out_width, out_height, out_planes;
    /* Whether what is negative becomes zero. */
    int rectifies;
} cdigitnet_layer;

void cdigitnet_convolve(const cdigitnet_layer *layer, const float *input, const float *weights, const float *offsets,
                        float *output);

/* Light that falls from one side and noise: every channel of 0xRRGGBB00 by gain / 256 of its column, and a grain more.
   `grains` has 4096. */
void cdigitnet_expose(uint32_t *pixels, int width, int height, const int *gains, const int *grains, uint32_t seed);

#endif
