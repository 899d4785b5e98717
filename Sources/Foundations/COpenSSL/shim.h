// Low-level DES is deprecated in OpenSSL 3 but is what GlobalPlatform's single-DES steps are made of.
#define OPENSSL_SUPPRESS_DEPRECATED 1
#include <openssl/aes.h>
#include <openssl/bn.h>
#include <openssl/cmac.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/des.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Macros of several names, which Swift does not import.
static const int EVP_PKEY_SELECT_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;
static const int EVP_PKEY_SELECT_KEY_PAIR = EVP_PKEY_KEYPAIR;
