// Floor of S1 and S2: stamps twice, then waits for the end of standard input.
#include "floor.h"

int main(void) {
    stamp();
    stamp();
    char byte[8];
    while (read(0, byte, sizeof byte) > 0) {}
    return 0;
}
