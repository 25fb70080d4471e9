#include "service/store/setting.h"

#include "service/store/sql.h"

void setting_save(struct store *s, const char *name, const char *value)
{
    struct sql q = sql_of(s, "INSERT INTO setting (name, value) VALUES (?1, ?2)"
                             " ON CONFLICT DO UPDATE SET value = ?2");
    sql_bind_text(&q, 1, name);
    sql_bind_text(&q, 2, value);
    (void)sql_run(&q);
}

bool setting_load(struct store *s, const char *name,
                  char value[SETTING_VALUE_MAX])
{
    struct sql q = sql_of(s, "SELECT value FROM setting WHERE name = ?1");
    sql_bind_text(&q, 1, name);
    value[0] = '\0';
    if (!sql_row(&q)) {
        return false;
    }
    sql_copy(&q, 0, value, SETTING_VALUE_MAX);
    sql_done(&q);
    return true;
}
