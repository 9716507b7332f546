/* A stand-in for Fleet Desktop: it says its version. */
#include "program.h"

void start(void) {
    say_version(L"fleet-desktop");
    ExitProcess(0);
}
