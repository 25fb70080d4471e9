/* The audit log for people and programs: GET /audit (contract 4 and 7), and
 * what the command line needs to export and to verify. For operators and
 * auditors only: entries would tell everybody about logins and drafts. */
#ifndef SERVICE_API_AUDIT_H
#define SERVICE_API_AUDIT_H

struct api_call;

/* GET /api/v1/audit?after=&limit= -> {"items":[{"index","entry","text"}],
 * "next"}: entry is the exact text that was hashed. limit 1 to 1000, else
 * 100; after is the index of the last item seen. */
void audit_list(struct api_call *c);

/* GET /api/v1/audit/checkpoint -> {"size","key","checkpoint"}: entries there
 * are now, the log's verifier key, the newest signed checkpoint (absent while
 * there is none). */
void audit_checkpoint(struct api_call *c);

/* GET /api/v1/audit/verify -> {"ok","size","bad","why"}: the first bad entry
 * when not ok. Reads the whole log in a worker, on a connection of its own. */
void audit_verify(struct api_call *c);

#endif
