import GRDB

/// The table `job_tags`: which jobs have a tag, in the order of listings.
///
/// A row whose tags were written and not listed yet stands in it under the empty tag. The store lists the tags of its own rows with them; those of other
/// programs are listed before a tag is looked for.
enum JobTags {
    /// So many rows are listed in one transaction.
    static let batch = 500

    /// The tags of a row, as a table. Another program may have written something that is no JSON; `json_each` would stop at it.
    static let ofRow = "json_each(iif(json_valid(tags), tags, '[]'))"

    /// Whether a row's tags wait to be listed.
    static func areWaiting(_ database: Database) throws -> Bool {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT 1 FROM job_tags WHERE tag = '' LIMIT 1")) != nil
    }

    /// Lists the tags of up to `batch` rows that wait for it.
    static func listWaiting(_ database: Database) throws {
        let waiting = "SELECT key, job_id FROM job_tags WHERE tag = '' ORDER BY key, job_id LIMIT \(batch)"
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO job_tags (tag, key, job_id)
                    SELECT item.value, place.key, place.job_id FROM (\(waiting)) AS place CROSS JOIN jobs ON jobs.id = place.job_id, \(ofRow) AS item
                    WHERE \(isTag);
                DELETE FROM job_tags WHERE tag = '' AND (key, job_id) IN (\(waiting))
                """)
    }

    /// Lists the tags of all rows anew.
    static func listAll(_ database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM job_tags;
                INSERT OR IGNORE INTO job_tags (tag, key, job_id)
                    SELECT item.value, \(JobSchema.creationKey), jobs.id FROM jobs, \(ofRow) AS item
                    WHERE jobs.tags IS NOT NULL AND jobs.id IS NOT NULL AND \(isTag)
                """)
    }

    /// Nobody can ask for a longer one.
    private static let isTag = "item.type = 'text' AND length(CAST(item.value AS BLOB)) BETWEEN 1 AND 64"
}
