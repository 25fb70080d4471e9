/* GET /karte/{name}.jpg on the console's listener: the picture of a preview or
 * an alert, wherever it will be public (contract 4, "Previews"). */
#ifndef SERVICE_API_CARDS_H
#define SERVICE_API_CARDS_H

struct api_call;

/* Open like the same picture on the website: the name, 128 random bits, is
 * the right to see it. */
void api_card_get(struct api_call *c);

#endif
