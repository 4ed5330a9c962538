import GRDB

/// The table `job_tags`: the jobs of each tag, in the order of listings.
///
/// A row whose tags are not listed yet is in the table under the empty tag. The store lists the tags of its own rows
/// when it writes them. The tags of other programs' rows are listed before a search for a tag.
enum JobTags {
    /// The number of rows that are listed in one transaction.
    static let batch = 500

    /// The tags of a row as a table. Another program may have written invalid JSON, at which `json_each` would fail.
    static let ofRow = "json_each(iif(json_valid(tags), tags, '[]'))"

    /// Whether any row has tags that are not listed yet.
    static func areWaiting(_ database: Database) throws -> Bool {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT 1 FROM job_tags WHERE tag = '' LIMIT 1")) != nil
    }

    /// Lists the tags of up to `batch` rows that are not listed yet.
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

    /// Lists the tags of all rows again.
    static func listAll(_ database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM job_tags;
                INSERT OR IGNORE INTO job_tags (tag, key, job_id)
                    SELECT item.value, \(JobSchema.creationKey), jobs.id FROM jobs, \(ofRow) AS item
                    WHERE jobs.tags IS NOT NULL AND jobs.id IS NOT NULL AND \(isTag)
                """)
    }

    /// The condition for a tag that can be searched for: requests do not accept longer ones.
    private static let isTag = "item.type = 'text' AND length(CAST(item.value AS BLOB)) BETWEEN 1 AND 64"
}
