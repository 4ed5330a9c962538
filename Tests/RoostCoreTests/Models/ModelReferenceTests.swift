import RoostCore
import Testing

@Suite struct ModelReferenceTests {
    @Test(arguments: [
        ("gpt2", "gpt2", nil), ("org/name", "org/name", nil), ("org/name:Q4_K_M", "org/name", "Q4_K_M"),
        ("org/name:q8_0", "org/name", "Q8_0"), ("Org-1/na.me_2:fp16", "Org-1/na.me_2", "F16"), ("a/b:IQ4_XS", "a/b", "IQ4_XS"),
        ("a/b:UD-Q4_K_XL", "a/b", "UD-Q4_K_XL"), ("a/b:sub/x-Q8_0.gguf", "a/b", "sub/x-Q8_0"), ("a/b:x-Q8_0-00002-of-00003.gguf", "a/b", "x-Q8_0"),
        ("a/b:x-Q8_0-00002-of-00003", "a/b", "x-Q8_0"),
        ("a/b:x:y", "a/b", "x:y"), ("a/b:Latest", "a/b", nil), ("a/b:latest.gguf", "a/b", "latest.gguf"), ("a/b:x y", "a/b", "x y"),
        ("a/b--Q4_K_M", "a/b", "Q4_K_M"), ("a/b-1--UD-Q4_K_XL", "a/b-1", "UD-Q4_K_XL"), ("gpt2--Q8_0", "gpt2", "Q8_0"),
    ]) func `a good name is taken apart`(text: String, repository: String, tag: String?) throws {
        let reference = try ModelReference(parsing: text)
        #expect(reference.repository.description == repository)
        #expect(reference.variant?.description == tag)
        #expect(try ModelReference(parsing: reference.description) == reference)
    }

    @Test(arguments: [
        "", "/", "a/", "/b", "a/b/c", "../../etc/passwd", "..", "a/..", "a..b", "a--b", "a--b/c", "a/b--", "a/b--x/y-Q4_0/z", "--Q8_0", "-a", "a-",
        ".a", "a.", "a.git", "a b", "a/b\0", "ä/b",
        "a\\b", "a/b:", "a/b:/x", "a/b:x/", "a/b:../x", "a/b:.gguf", "a%2Fb", "a\n", String(repeating: "a", count: 97),
        "a/b:..gguf", "a/b:x/..gguf", "a/b:x/...gguf", String(repeating: "x", count: 100_000), "http://host/a/b",
    ]) func `a bad name is refused with a short sentence that names the field`(text: String) throws {
        let error = try #require(throws: RoostError.self) { try ModelReference(parsing: text) }
        #expect(error.code == .invalidRequest)
        #expect(error.field == "model")
        #expect(error.message.hasPrefix("`model` "))
        #expect(error.message.utf8.count < 500)
        #expect(!error.message.contains("\0") && !error.message.contains("\n"))
    }

    @Test(
        arguments: [
            ("a/b", "a/b", nil, nil), ("a/b@v1", "a/b", nil, "v1"), ("a/b:Q8_0@refs/pr/1", "a/b", "Q8_0", "refs/pr/1"),
            ("a/b:x@y-Q8_0@main", "a/b", "x@y-Q8_0", "main"),
        ] as [(String, String, String?, String?)])
    func `a selector adds a revision`(text: String, repository: String, variant: String?, revision: String?) throws {
        let selector = try ModelSelector(parsing: text)
        #expect(selector.repository.description == repository && selector.variant?.description == variant && selector.revision == revision)
        #expect(selector.description == text)
    }

    @Test func `the cache folder name is the Hub's and reads back`() throws {
        let repository = try RepositoryID(parsing: "org/name-1.5_x")
        #expect(repository.cacheFolderName == "models--org--name-1.5_x")
        #expect(RepositoryID(cacheFolderName: "models--org--name-1.5_x") == repository)
        let canonical = try RepositoryID(parsing: "gpt2")
        #expect(RepositoryID(cacheFolderName: "models--gpt2") == canonical)
        for name in ["datasets--a--b", "models--", "models--a--b--c", ".locks", "models--..--b"] {
            #expect(RepositoryID(cacheFolderName: name) == nil)
        }
    }
}
