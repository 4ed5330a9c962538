import DurableFiles
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct ErrorSentenceTests {
    @Test(arguments: [
        ("/c/hub/models--a--b/blobs/x", "HF_HUB_CACHE"), ("/c/hub/.locks/models--a--b/x.lock", "HF_HUB_CACHE"), ("/c/hub", "HF_HUB_CACHE"),
        ("/data/models/models--a--b/blobs/x", "HF_HUB_CACHE"), ("/data/models/.locks/models--a--b/x.lock", "HF_HUB_CACHE"),
        ("/h/.roost/models/a--b/c/Q4_K_M/model.gguf", "ROOST_HOME"), ("/h/.roost/models/.locks/a--b/c-Q4_K_M.lock", "ROOST_HOME"),
        ("/h/.roost/models/a--b/c/receipt.json", "ROOST_HOME"), ("/h/.roost/jobs.db", "ROOST_HOME"),
        ("/srv/roost/models/a--b/c/Q4_K_M/model.gguf", "ROOST_HOME"),
    ])
    func `an error names the variable that moves the file`(path: String, variable: String) {
        let error = #expect(throws: RoostError.self) { try FileSystem.attempt("write", FilePath(path)) { throw Errno.readOnlyFileSystem } }
        #expect(error?.message.contains("or set \(variable) to another folder") == true)
        let full = #expect(throws: RoostError.self) { try FileSystem.attempt("write", FilePath(path)) { throw Errno.noSpace } }
        #expect(full?.message.contains("or set \(variable) to a folder on a larger disk") == true)
    }

    @Test func `an error of a file that no variable moves says what to do`() {
        #expect(
            Errno.noSpace.error("write", "/x/model.gguf").message
                == "Cannot write /x/model.gguf: No space left on device. Free some space and try again.")
        #expect(
            Errno.permissionDenied.error("open", "/x/model.gguf").message
                == "Cannot open /x/model.gguf: Permission denied. Check the folder's permissions and the disk.")
        #expect(
            Errno.noSuchFileOrDirectory.error("open", "/x/model.gguf").message
                == "Cannot open /x/model.gguf: No such file or directory. Check the path.")
    }

    @Test func `an error of a parent folder names the variable that moves the folder asked for`() async throws {
        try await withTemporaryDirectory { directory in
            let link = directory.appending("cache")
            _ = try FileSystem.makeLink(at: link, to: "missing")
            let error = #expect(throws: RoostError.self) { try FileSystem.makeFolder(link.appending("models--a--b").appending("blobs")) }
            #expect(error?.message.hasPrefix("Cannot make the folder \(link): File exists.") == true)
            #expect(error?.message.contains("or set HF_HUB_CACHE to another folder") == true)
        }
    }
}
