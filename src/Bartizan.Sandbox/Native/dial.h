// dial.c's, for inject.
#ifndef BARTIZAN_DIAL_H
#define BARTIZAN_DIAL_H

// Gives up every capability and every call but those that make sockets and hand out what is open.
void keep_sockets_only(void);

// Closes the listeners, which the daemon has by now, and makes a socket for each order until the daemon is gone; the exit code.
int hand_out_sockets(void);

#endif
