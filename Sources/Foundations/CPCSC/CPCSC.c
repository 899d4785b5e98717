#include "CPCSC.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

#ifdef __APPLE__
#define LIBRARY "/System/Library/Frameworks/PCSC.framework/PCSC"
#else
#define LIBRARY "libpcsclite.so.1"
#endif

/* SCARD_IO_REQUEST */
typedef struct {
    cpcsc_dword protocol;
    cpcsc_dword length;
} io_request;

static struct {
    cpcsc_long (*establish_context)(cpcsc_dword, const void *, const void *, cpcsc_long *);
    cpcsc_long (*release_context)(cpcsc_long);
    cpcsc_long (*list_readers)(cpcsc_long, const char *, char *, cpcsc_dword *);
    cpcsc_long (*get_status_change)(cpcsc_long, cpcsc_dword, cpcsc_reader_state *, cpcsc_dword);
    cpcsc_long (*connect)(cpcsc_long, const char *, cpcsc_dword, cpcsc_dword, cpcsc_long *, cpcsc_dword *);
    cpcsc_long (*reconnect)(cpcsc_long, cpcsc_dword, cpcsc_dword, cpcsc_dword, cpcsc_dword *);
    cpcsc_long (*disconnect)(cpcsc_long, cpcsc_dword);
    cpcsc_long (*begin_transaction)(cpcsc_long);
    cpcsc_long (*end_transaction)(cpcsc_long, cpcsc_dword);
    cpcsc_long (*status)(cpcsc_long, char *, cpcsc_dword *, cpcsc_dword *, cpcsc_dword *, unsigned char *,
                         cpcsc_dword *);
    cpcsc_long (*transmit)(cpcsc_long, const io_request *, const unsigned char *, cpcsc_dword, io_request *,
                           unsigned char *, cpcsc_dword *);
} winscard;

static int is_loaded = 0;

static void load(void) {
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    struct {
        const char *name;
        void **place;
    } calls[] = {
        {"SCardEstablishContext", (void **)&winscard.establish_context},
        {"SCardReleaseContext", (void **)&winscard.release_context},
        {"SCardListReaders", (void **)&winscard.list_readers},
        {"SCardGetStatusChange", (void **)&winscard.get_status_change},
        {"SCardConnect", (void **)&winscard.connect},
        {"SCardReconnect", (void **)&winscard.reconnect},
        {"SCardDisconnect", (void **)&winscard.disconnect},
        {"SCardBeginTransaction", (void **)&winscard.begin_transaction},
        {"SCardEndTransaction", (void **)&winscard.end_transaction},
        {"SCardStatus", (void **)&winscard.status},
        {"SCardTransmit", (void **)&winscard.transmit},
    };
    for (size_t index = 0; index < sizeof calls / sizeof calls[0]; index++) {
        *calls[index].place = dlsym(library, calls[index].name);
        if (*calls[index].place == NULL) return;
    }
    is_loaded = 1;
}

static int available(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded;
}

cpcsc_long cpcsc_establish_context(cpcsc_long *context) {
    if (!available()) return CPCSC_NO_LIBRARY;
    return winscard.establish_context(2 /* SCARD_SCOPE_SYSTEM */, NULL, NULL, context);
}

/* Every other call has a context or a card, and so the library. */

cpcsc_long cpcsc_release_context(cpcsc_long context) { return winscard.release_context(context); }

cpcsc_long cpcsc_list_readers(cpcsc_long context, char *names, cpcsc_dword *length) {
    return winscard.list_readers(context, NULL, names, length);
}

cpcsc_long cpcsc_get_status_change(cpcsc_long context, cpcsc_dword milliseconds, cpcsc_reader_state *states,
                                   cpcsc_dword count) {
    return winscard.get_status_change(context, milliseconds, states, count);
}

cpcsc_long cpcsc_connect(cpcsc_long context, const char *reader, cpcsc_dword share_mode, cpcsc_dword protocols,
                         cpcsc_long *card, cpcsc_dword *protocol) {
    return winscard.connect(context, reader, share_mode, protocols, card, protocol);
}

cpcsc_long cpcsc_reconnect(cpcsc_long card, cpcsc_dword share_mode, cpcsc_dword protocols, cpcsc_dword initialization,
                           cpcsc_dword *protocol) {
    return winscard.reconnect(card, share_mode, protocols, initialization, protocol);
}

cpcsc_long cpcsc_disconnect(cpcsc_long card, cpcsc_dword disposition) { return winscard.disconnect(card, disposition); }

cpcsc_long cpcsc_begin_transaction(cpcsc_long card) { return winscard.begin_transaction(card); }

cpcsc_long cpcsc_end_transaction(cpcsc_long card, cpcsc_dword disposition) {
    return winscard.end_transaction(card, disposition);
}

cpcsc_long cpcsc_status(cpcsc_long card, unsigned char *answer, cpcsc_dword *answer_length) {
    char name[256];
    cpcsc_dword name_length = sizeof name, state = 0, protocol = 0;
    return winscard.status(card, name, &name_length, &state, &protocol, answer, answer_length);
}

cpcsc_long cpcsc_transmit(cpcsc_long card, cpcsc_dword protocol, const unsigned char *command,
                          cpcsc_dword command_length, unsigned char *response, cpcsc_dword *response_length) {
    io_request request = {protocol, sizeof(io_request)};
    return winscard.transmit(card, &request, command, command_length, NULL, response, response_length);
}
