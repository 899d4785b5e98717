#include "CDigitNet.h"

#include <math.h>

typedef float lanes __attribute__((vector_size(32), aligned(4)));

static double within(double value, double highest) { return value < 0 ? 0 : value > highest ? highest : value; }

static void sample(const uint8_t *pixels, int width, int height, const cdigitnet_row *row, float *strip,
                   int strip_width, int strip_height) {
    const double step = 1 / row->scale, right = width - 1.001, bottom = height - 1.001;
    for (int y = 0; y < strip_height; y++) {
        for (int x = 0; x < strip_width; x++) {
            float sum = 0;
            for (int part = 0; part < 4; part++) {
                const double fx = x + (part & 1 ? 0.25 : -0.25), fy = y + (part & 2 ? 0.25 : -0.25);
                const double u = within(row->left + (fx - row->margin) * step, right);
                const double v =
                    within(row->middle + row->slope * u + (fy - (strip_height - 1) / 2.0) * step, bottom);
                const int column = (int)u, line = (int)v;
                const float across = (float)(u - column), down = (float)(v - line);
                const uint8_t *place = pixels + line * width + column;
                const float upper = place[0] + (place[1] - place[0]) * across;
                const float lower = place[width] + (place[width + 1] - place[width]) * across;
                sum += upper + (lower - upper) * down;
            }
            strip[y * strip_width + x] = sum / 4;
        }
    }
}

static void normalize(float *strip, int width, int height, int margin) {
    /* Sums over the columns before each one. */
    float sums[1025] = {0}, squares[1025] = {0};
    for (int x = 0; x < width; x++) {
        float sum = 0, square = 0;
        for (int y = 0; y < height; y++) {
            const float value = strip[y * width + x];
            sum += value;
            square += value * value;
        }
        sums[x + 1] = sums[x] + sum;
        squares[x + 1] = squares[x] + square;
    }
    for (int x = 0; x < width; x++) {
        const int from = x > margin ? x - margin : 0, to = x + margin + 1 < width ? x + margin + 1 : width;
        const float count = (float)((to - from) * height);
        const float mean = (sums[to] - sums[from]) / count;
        const float variance = (squares[to] - squares[from]) / count - mean * mean;
        const float factor = 1 / (sqrtf(variance > 0 ? variance : 0) + 2);
        for (int y = 0; y < height; y++) strip[y * width + x] = (strip[y * width + x] - mean) * factor;
    }
}

void cdigitnet_strip(const uint8_t *pixels, int width, int height, const cdigitnet_row *row, float *strip,
                     int strip_width, int strip_height) {
    sample(pixels, width, height, row, strip, strip_width, strip_height);
    normalize(strip, strip_width, strip_height, row->margin);
}

void cdigitnet_convolve(const cdigitnet_layer *layer, const float *input, const float *weights, const float *offsets,
                        float *output) {
    const int groups = layer->out_planes / 8, length = layer->size * layer->planes;
    for (int y = 0; y < layer->out_height; y++) {
        for (int x = 0; x < layer->out_width; x++) {
            lanes sums[8];
            for (int group = 0; group < groups; group++) sums[group] = ((const lanes *)offsets)[group];
            const lanes *weight = (const lanes *)weights;
            for (int row = 0; row < layer->size; row++) {
                const float *place =
                    input + ((y * layer->step + row) * layer->stride + x * layer->step) * layer->planes;
                for (int index = 0; index < length; index++, weight += groups) {
                    const float value = place[index];
                    if (value == 0) continue;
                    for (int group = 0; group < groups; group++) sums[group] += weight[group] * value;
                }
            }
            float *place = output + (y * layer->out_width + x) * layer->out_planes;
            for (int group = 0; group < groups; group++) ((lanes *)place)[group] = sums[group];
            if (!layer->rectifies) continue;
            for (int plane = 0; plane < layer->out_planes; plane++)
                if (place[plane] < 0) place[plane] = 0;
        }
    }
}

static uint32_t exposed(int channel, int gain, int grain) {
    const int value = channel * gain / 256 + grain;
    return (uint32_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void cdigitnet_expose(uint32_t *pixels, int width, int height, const int *gains, const int *grains, uint32_t seed) {
    for (int y = 0; y < height; y++) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t grain = seed >> 16;
        for (int x = 0; x < width; x++, pixels++, grain++) {
            const uint32_t color = *pixels;
            const int gain = gains[x], noise = grains[grain & 0xFFF];
            *pixels = exposed(color >> 24, gain, noise) << 24 | exposed(color >> 16 & 0xFF, gain, noise) << 16 |
                      exposed(color >> 8 & 0xFF, gain, noise) << 8;
        }
    }
}
