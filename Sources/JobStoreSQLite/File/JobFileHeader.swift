import Foundation
import RoostCore

/// The first hundred bytes of an SQLite file, read without SQLite.
///
/// Read it only before this process opens the file with SQLite: closing the file here would drop the locks of all
/// connections.
struct JobFileHeader {
    /// Whether the file begins with the SQLite 3 signature.
    let hasMagic: Bool
    /// Whether the file contains only zeros. After a power cut, data that was not yet on the disk reads as zeros. No
    /// program's file begins like that.
    let isBlank: Bool
    /// `PRAGMA application_id`.
    let applicationID: Int32
    /// `PRAGMA user_version`.
    let userVersion: Int32

    /// Reads the header; `nil` if there is no file or the file is empty.
    ///
    /// - Parameter path: The file.
    /// - Throws: `RoostError` with code `fileSystem` if the file cannot be read.
    init?(path: String) throws {
        guard let size = try DurableFile.size(of: path), size > 0 else { return nil }
        let bytes: [UInt8]
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }  // Closing a file after reading loses no data.
            bytes = Array(try file.read(upToCount: 100) ?? Data())
        } catch {
            throw RoostError(
                .fileSystem, "\(path) cannot be read: \(error.localizedDescription) Check its permissions; Roost leaves it as it is.", cause: error)
        }
        hasMagic = bytes.count == 100 && bytes.starts(with: Array("SQLite format 3\0".utf8))
        isBlank = bytes.allSatisfy { $0 == 0 }
        userVersion = hasMagic ? Self.integer(in: bytes, at: 60) : 0
        applicationID = hasMagic ? Self.integer(in: bytes, at: 68) : 0
    }

    private static func integer(in bytes: [UInt8], at offset: Int) -> Int32 {
        Int32(bitPattern: bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }
}
