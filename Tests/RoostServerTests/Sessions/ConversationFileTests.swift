import Foundation
import GRDB
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// The file of conversations, when its disk loses pages of it.
@Suite struct ConversationFileTests {
    private static func file(_ path: FilePath) -> ConversationFile {
        ConversationFile(path: path, schema: "CREATE TABLE IF NOT EXISTS kept (text TEXT) STRICT", what: "text", without: "try again")
    }

    private static func add(_ text: String, to file: ConversationFile) async throws -> Int? {
        try await file.write { database in
            try database.execute(sql: "INSERT INTO kept VALUES (?)", arguments: [text])
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM kept")
        }
    }

    @Test func `damage that shows only when a page is read begins the file again`() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending("kept.db")
            for text in ["one", "two"] { _ = try await Self.add(text, to: Self.file(path)) }
            // The page of the table; the one of the schema is sound.
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path.string))
            try handle.seek(toOffset: 4096)
            try handle.write(contentsOf: Data(repeating: 0xFF, count: 4096))
            try handle.close()
            let file = Self.file(path)
            #expect(try await file.write { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") } == 1)
            #expect(try await Self.add("three", to: file) == 1)
            #expect(try await Self.add("four", to: file) == 2)
            #expect(FileManager.default.fileExists(atPath: path.string + ".damaged"))
            let mode = try FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            // Other errors are told, and change nothing.
            let error = await #expect(throws: RoostError.self) { try await file.write { try $0.execute(sql: "INSERT INTO absent VALUES (1)") } }
            #expect(error?.code == .database)
            #expect(try await Self.add("five", to: file) == 3)
        }
    }
}
