/* The calls of winscard that a client of cards needs, found in libpcsclite when the first of them is made. Nothing is
   linked: a server without readers does not need the library, and a build does not need its headers. */
#ifndef CPCSC_H
#define CPCSC_H

#include <stdint.h>

/* wintypes.h: 64-bit words on Linux, 32-bit ones on macOS. */
#ifdef __APPLE__
typedef int32_t cpcsc_long;
typedef uint32_t cpcsc_dword;
#pragma pack(push, 1)
#else
typedef long cpcsc_long;
typedef unsigned long cpcsc_dword;
#endif

/* SCARD_READERSTATE */
typedef struct {
    const char *name;
    void *user_data;
    cpcsc_dword current_state;
    cpcsc_dword event_state;
    cpcsc_dword answer_length;
    unsigned char answer[33];
} cpcsc_reader_state;

#ifdef __APPLE__
#pragma pack(pop)
#endif

/* The result of every call while libpcsclite cannot be loaded; no code of winscard. */
#define CPCSC_NO_LIBRARY 0x0000FFFFu

cpcsc_long cpcsc_establish_context(cpcsc_long *context);
cpcsc_long cpcsc_release_context(cpcsc_long context);
cpcsc_long cpcsc_list_readers(cpcsc_long context, char *names, cpcsc_dword *length);
cpcsc_long cpcsc_get_status_change(cpcsc_long context, cpcsc_dword milliseconds, cpcsc_reader_state *states,
                                   cpcsc_dword count);
cpcsc_long cpcsc_connect(cpcsc_long context, const char *reader, cpcsc_dword share_mode, cpcsc_dword protocols,
                         cpcsc_long *card, cpcsc_dword *protocol);
cpcsc_long cpcsc_reconnect(cpcsc_long card, cpcsc_dword share_mode, cpcsc_dword protocols, cpcsc_dword initialization,
                           cpcsc_dword *protocol);
cpcsc_long cpcsc_disconnect(cpcsc_long card, cpcsc_dword disposition);
cpcsc_long cpcsc_begin_transaction(cpcsc_long card);
cpcsc_long cpcsc_end_transaction(cpcsc_long card, cpcsc_dword disposition);
cpcsc_long cpcsc_status(cpcsc_long card, unsigned char *answer, cpcsc_dword *answer_length);
cpcsc_long cpcsc_transmit(cpcsc_long card, cpcsc_dword protocol, const unsigned char *command,
                          cpcsc_dword command_length, unsigned char *response, cpcsc_dword *response_length);

#endif
