import DurableFiles
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite struct FileNameTests {
    @Test("whether a disk tells cases apart is found by looking, also before the cache is there")
    func cases() async throws {
        try await withTemporaryDirectory { root in
            try Data([1]).write(to: URL(fileURLWithPath: root.appending("CACHEDIR.TAG").string))
            let isOne = FileManager.default.fileExists(atPath: root.appending("cachedir.tag").string)
            #expect(FileSystem.ignoresCase(near: root) == isOne)
            #expect(FileSystem.ignoresCase(near: root.appending("none").appending("yet")) == isOne)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.string) == ["CACHEDIR.TAG"])
        }
    }
}
