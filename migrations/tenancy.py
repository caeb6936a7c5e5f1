"""Row-level security: how a tenant's table is guarded, written once for every migration."""

READABLE = (
    "partnership_id = any((select string_to_array(nullif(current_setting('app.partnerships', true), ''), ',')"
    "::uuid[])::uuid[])"
)
WRITABLE = "partnership_id = (select nullif(current_setting('app.partnership', true), '')::uuid)"


def guard(table: str, key: str = "partnership_id") -> list[str]:
    """The statements that make `table` show the readable partnerships and take writes for the writable one.

    The sub-selects are evaluated once a statement, not once a row.
    """
    readable, writable = (rule.replace("partnership_id", key) for rule in (READABLE, WRITABLE))
    return [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy tenant_reads on {table} for select using ({readable})",
        f"create policy tenant_inserts on {table} for insert with check ({writable})",
        f"create policy tenant_updates on {table} for update using ({writable}) with check ({writable})",
        f"create policy tenant_deletes on {table} for delete using ({writable})",
    ]
