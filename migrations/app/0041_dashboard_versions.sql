-- What dashboards were before they were changed, so that it can be brought back.
CREATE TABLE dashboard_versions (
    dashboard_id uuid NOT NULL REFERENCES dashboards (id) ON DELETE CASCADE,
    version bigint NOT NULL,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    document jsonb NOT NULL,
    changed_by uuid REFERENCES users (id) ON DELETE SET NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (dashboard_id, version)
);
CREATE INDEX dashboard_versions_by_org ON dashboard_versions (org_id);
CREATE INDEX dashboard_versions_by_person ON dashboard_versions (changed_by);
