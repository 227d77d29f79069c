//! The dashboards of the demo: documents as the API takes them.

use model::dashboard::{DashboardSpec, WidgetSpec};
use serde::Deserialize;

const DOCUMENTS: [&str; 2] = [
    include_str!("dashboards/product_overview.json"),
    include_str!("dashboards/web_traffic.json"),
];

#[derive(Deserialize)]
struct Document {
    dashboard: DashboardSpec,
    widgets: Vec<WidgetSpec>,
}

/// Each dashboard with its widgets, in the order in which people should see them.
pub(super) fn all() -> Vec<(DashboardSpec, Vec<WidgetSpec>)> {
    let read = |document: &str| -> Document {
        serde_json::from_str(document).expect("the documents are inside the program and a test reads them")
    };
    DOCUMENTS
        .into_iter()
        .map(read)
        .map(|document| (document.dashboard, document.widgets))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_document_passes_the_checks_of_the_api() {
        for (dashboard, widgets) in all() {
            for widget in widgets {
                let title = widget.title.clone();
                assert!(widget.check().is_ok(), "{title}");
            }
            assert!(dashboard.check().is_ok());
        }
        assert_eq!(all()[0].1.len(), 8);
    }

    #[test]
    fn widgets_tile_the_grid_without_gaps_or_overlaps() {
        for (dashboard, widgets) in all() {
            let mut cells = HashSet::new();
            let mut bottom = 0;
            for widget in widgets {
                let (position, size) = (
                    widget.position.expect("it says where"),
                    widget.size.expect("it says how large"),
                );
                bottom = bottom.max(position.y + size.h);
                for x in position.x..position.x + size.w {
                    for y in position.y..position.y + size.h {
                        assert!(
                            cells.insert((x, y)),
                            "{}: {} overlaps",
                            dashboard.name,
                            widget.title
                        );
                    }
                }
            }
            assert_eq!(
                cells.len(),
                usize::from(bottom) * 12,
                "{} has gaps",
                dashboard.name
            );
        }
    }
}
