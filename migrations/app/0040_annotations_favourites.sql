-- What happened, for one dashboard or for all of the organization's; and which dashboards a person looks at most.
CREATE TABLE annotations (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    dashboard_id uuid REFERENCES dashboards (id) ON DELETE CASCADE,
    happened_at timestamptz NOT NULL,
    text text NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX annotations_by_org ON annotations (org_id, happened_at, id);
CREATE INDEX annotations_by_dashboard ON annotations (dashboard_id);
CREATE INDEX annotations_by_creator ON annotations (created_by);

CREATE TABLE favourites (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    dashboard_id uuid NOT NULL REFERENCES dashboards (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, dashboard_id)
);
CREATE INDEX favourites_by_dashboard ON favourites (dashboard_id);
