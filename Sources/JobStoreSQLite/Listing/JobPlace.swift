import JobStore
import RoostCore

/// A place in a listing: the last job that was shown or examined.
struct JobPlace: Sendable, Hashable {
    /// The time of the job, without its `Z`, as bytes: times of other programs need not be UTF-8.
    let key: [UInt8]
    /// The row of the job; it distinguishes jobs with the same time.
    let row: Int64

    init(key: [UInt8], row: Int64) {
        self.key = key
        self.row = row
    }

    /// Reads a cursor.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` for one that this store did not make.
    init(_ cursor: JobCursor) throws {
        let plain = cursor.bytes.drop { $0 == UInt8(ascii: " ") }
        guard let space = plain.firstIndex(of: UInt8(ascii: " ")), let row = Int64(String(decoding: plain[..<space], as: UTF8.self)) else {
            throw RoostError(
                .invalidRequest,
                "`cursor` must be a cursor from the `Link` header of an earlier page; it is \(cursor.description.quotedForPeople).",
                field: "cursor")
        }
        self.init(key: Array(plain[(space + 1)...]), row: row)
    }

    /// The cursor: the row, a space and the key. Spaces before them make the length a multiple of three, so that the
    /// text is that of earlier versions.
    var cursor: JobCursor {
        let bytes = Array("\(row) ".utf8) + key
        return JobCursor(bytes: Array(repeating: UInt8(ascii: " "), count: (3 - bytes.count % 3) % 3) + bytes)
    }
}
