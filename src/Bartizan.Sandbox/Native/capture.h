// capture.c's, for inject.
#ifndef BARTIZAN_CAPTURE_H
#define BARTIZAN_CAPTURE_H

// A listener for what is dialed in this network by the addresses of one family, on whatever port; -1 and errno where this kernel can't.
int capture(int family);

// Gives one address outside a route that ends here, so that it can be dialed and arrives at the listener; -1 and errno.
int capture_address(const char *text);

#endif
