import Foundation
import Logging
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import HubMirror

@Suite("The mirror's memory of digests")
struct MirrorCatalogTests {
    private let id = "org/name"

    @Test("An unchanged file is hashed once, also when many ask at the same time")
    func once() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = MirrorFixture(directory)
            for number in 0..<5 { try fixture.write("org/name/\(number).bin", "\(number)") }
            let catalog = fixture.catalog()
            let id = try RepositoryID(parsing: id)
            let commits = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<20 { group.addTask { try await catalog.snapshot(of: id)?.snapshot.commit } }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(commits.count == 1)
            #expect(await catalog.hashedFiles == 5)
        }
    }

    @Test("Only the changed file is hashed again; a new modification time alone hashes but keeps the commit")
    func change() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = MirrorFixture(directory)
            let file = try fixture.write("org/name/a.bin", "a")
            try fixture.write("org/name/b.bin", "b")
            let catalog = fixture.catalog()
            let id = try RepositoryID(parsing: id)
            let first = try await catalog.snapshot(of: id)?.snapshot.commit
            try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: file.string)
            #expect(try await catalog.snapshot(of: id)?.snapshot.commit == first)
            #expect(await catalog.hashedFiles == 3)
            try fixture.write("org/name/a.bin", "c")
            #expect(try await catalog.snapshot(of: id)?.snapshot.commit != first)
            #expect(await catalog.hashedFiles == 4)
        }
    }

    @Test("The index outlives the process: the next mirror hashes nothing; a broken index only costs time")
    func persistence() async throws {
        try await withTemporaryDirectory { directory in
            var fixture = MirrorFixture(directory.appending("served"))
            try fixture.write("org/name/a.bin", "a")
            try fixture.write("org/name/b.json", "b")
            let folder = directory.appending("index")
            fixture.configuration.indexDirectory = folder
            let id = try RepositoryID(parsing: id)
            let first = try await fixture.catalog().snapshot(of: id)?.snapshot.commit

            let second = fixture.catalog()
            #expect(try await second.snapshot(of: id)?.snapshot.commit == first)
            #expect(await second.hashedFiles == 0)

            let names = try FileManager.default.contentsOfDirectory(atPath: folder.string)
            #expect(names.count == 1)
            try Data("{".utf8).write(to: URL(fileURLWithPath: folder.appending(names[0]).string))
            let third = fixture.catalog()
            #expect(try await third.snapshot(of: id)?.snapshot.commit == first)
            #expect(await third.hashedFiles == 2)
        }
    }

    @Test("A small file that grows beyond 10 MiB is named by its sha256 from then on")
    func kind() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = MirrorFixture(directory)
            let catalog = fixture.catalog()
            let id = try RepositoryID(parsing: id)
            try fixture.write("org/name/data", [UInt8](repeating: 7, count: (10 << 20) - 1))
            guard case .gitSHA1 = try #require(try await catalog.snapshot(of: id)?.snapshot["data"]).digest else { throw Unexpected() }
            try fixture.write("org/name/data", [UInt8](repeating: 7, count: 10 << 20))
            guard case .sha256 = try #require(try await catalog.snapshot(of: id)?.snapshot["data"]).digest else { throw Unexpected() }
        }
    }

    @Test("Equal content has the same commit wherever it lies; a new name has another")
    func commits() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = MirrorFixture(directory)
            for path in ["org/one/a", "org/two/a", "org/three/b"] { try fixture.write(path, "same") }
            let catalog = fixture.catalog()
            var commits: [String] = []
            for name in ["org/one", "org/two", "org/three"] {
                commits.append(try #require(try await catalog.snapshot(of: RepositoryID(parsing: name))).snapshot.commit)
            }
            #expect(commits[0] == commits[1])
            #expect(commits[0] != commits[2])
            #expect(try await catalog.repositories().map(\.description) == ["org/one", "org/three", "org/two"])
        }
    }

    private struct Unexpected: Error {}
}
