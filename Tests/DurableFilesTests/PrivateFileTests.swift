import DurableFiles
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct PrivateFileTests {
    @Test func `a private folder and its new parents are closed to others, also one that existed`() async throws {
        try await withTemporaryDirectory { root in
            let folder = root.appending("a").appending("b")
            try FileSystem.makePrivateFolder(folder)
            for path in [folder, folder.folder] { #expect(try path.stat().permissions == .ownerReadWriteExecute) }
            let open = root.appending("open")
            try FileSystem.makeFolder(open)
            try FileSystem.makePrivateFolder(open)
            #expect(try open.stat().permissions == .ownerReadWriteExecute)
        }
    }

    @Test func `a folder in a file system that makes none is an error`() {
        let error = #expect(throws: RoostError.self) { try FileSystem.makeFolder("/proc/roost/a/b") }
        #expect(error?.code == .fileSystem && error?.message.hasPrefix("Cannot make the folder /proc") == true)
    }

    @Test func `a new file has the permissions asked for and replaces no file`() async throws {
        try await withTemporaryDirectory { root in
            let path = root.appending("x")
            try FileSystem.create(path, "make", permissions: .ownerReadWrite)
            #expect(try path.stat().permissions == .ownerReadWrite && FileSystem.size(of: path) == 0)
            #expect(throws: (any Error).self) { try FileSystem.create(path, "make") }
        }
    }

    @Test func `the folder of a name alone is the current one`() {
        #expect(FilePath("x").folder == "." && FilePath("/a/x").folder == "/a")
    }
}
