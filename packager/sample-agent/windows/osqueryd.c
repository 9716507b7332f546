/* A stand-in for osqueryd: it says its version. */
#include "program.h"

void start(void) {
    say_version(L"osqueryd version");
    ExitProcess(0);
}
