import Testing

@testable import HubMirror

@Suite("git's names for content")
struct GitObjectTests {
    @Test(
        "A blob is named as `git hash-object` names it",
        arguments: [("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"), ("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a")])
    func blob(content: String, name: String) {
        #expect(GitObject.blobID(of: content) == name)
    }

    @Test("A large file's pointer is git-lfs's own, and so is its name")
    func pointer() {
        let pointer = GitObject.largeFilePointer(sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", size: 3)
        #expect(pointer.utf8.count == 126)
        #expect(GitObject.blobID(of: pointer) == "80d7d501c2b256023dc42e46d958b9ac2ec283ee")
    }
}
