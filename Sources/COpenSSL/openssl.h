// The system's libcrypto. Its functions for single algorithms are what Roost needs: their state is a value, which can be copied in the middle of a file.
// OpenSSL 3 calls them deprecated in favour of objects; they are the same code.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
