use serde::Serialize;

use crate::models::user::User;

/// For one user.
// @sse notification
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notification {
    Mention { by: User, text: String },
    Badge { unread: u32 },
}
