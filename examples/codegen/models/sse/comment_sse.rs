use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::models::user::User;

/// A comment was written.
// @sse comment.added topic=comments
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentAdded {
    pub id: Uuid,
    pub author: User,
    pub body: String,
    /// The comment that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}

/// A comment was deleted.
// @sse comment.removed topic=comments
#[derive(Debug, Clone, Serialize)]
pub struct CommentRemoved {
    pub id: Uuid,
}
