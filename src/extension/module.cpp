// What makes the library one that the server loads.
#include "bind/postgres.hpp"

extern "C" {
PG_MODULE_MAGIC;
}
