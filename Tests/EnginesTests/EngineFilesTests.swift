import Foundation
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import Engines

/// The files of one run of an engine.
@Suite struct EngineFilesTests {
    private func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }

    private func mode(_ path: FilePath) throws -> Int? {
        try (FileManager.default.attributesOfItem(atPath: path.string)[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test func `the folders are private, and an old socket does not remain`() async throws {
        try await withTemporaryDirectory { root in
            let files = EngineFiles(socket: root.appending("1.sock"), home: root.appending("engines"))
            _ = FileManager.default.createFile(atPath: files.socket.string, contents: nil)
            try await files.prepare()
            #expect(!exists(files.socket))
            for folder in [root.appending("engines"), root.appending("1.sock.tmp")] { #expect(try mode(folder) == 0o700) }
            _ = FileManager.default.createFile(atPath: files.socket.string, contents: nil, attributes: [.posixPermissions: 0o666])
            await files.protectSocket()
            #expect(try mode(files.socket) == 0o600)
        }
    }

    @Test func `socket and temporary files are removed in a cancelled task too`() async throws {
        try await withTemporaryDirectory { root in
            let files = EngineFiles(socket: root.appending("1.sock"), home: root.appending("engines"))
            try await files.prepare()
            for path in [files.socket, root.appending("1.sock.tmp").appending("left")] {
                _ = FileManager.default.createFile(atPath: path.string, contents: nil)
            }
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { await files.remove() }
            }
            #expect(!exists(files.socket) && !exists(root.appending("1.sock.tmp")))
            #expect(exists(root.appending("engines")), "compiled programs of GPU drivers stay")
        }
    }

    @Test func `a folder that cannot be made is an error with its path`() async throws {
        try await withTemporaryDirectory { root in
            _ = FileManager.default.createFile(atPath: root.appending("file").string, contents: nil)
            let files = EngineFiles(socket: root.appending("1.sock"), home: root.appending("file/engines"))
            let error = try await roostError { try await files.prepare() }
            #expect(error.code == .fileSystem && error.message.contains("file/engines"), "\(error.message)")
        }
    }
}
