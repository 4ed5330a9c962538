import HTTPTypes
import RoostCore
import Testing

@testable import HubMirror

@Suite("The mirror's routes")
struct MirrorRouteTests {
    @Test(
        "A path is split at its marker and decoded afterwards",
        arguments: try [
            ("/api/models/org/name", MirrorRoute.repositoryInfo(RepositoryID(parsing: "org/name"), revision: "main")),
            ("/api/models/gpt2", .repositoryInfo(RepositoryID(parsing: "gpt2"), revision: "main")),
            ("/api/models/org/name/revision/refs%2Fpr%2F1", .repositoryInfo(RepositoryID(parsing: "org/name"), revision: "refs/pr/1")),
            ("/api/models/gpt2/revision/main", .repositoryInfo(RepositoryID(parsing: "gpt2"), revision: "main")),
            ("/api/models/org/name/tree/main", .tree(RepositoryID(parsing: "org/name"), revision: "main", folder: "")),
            ("/api/models/org/name/tree/main/a%20b%2Fc", .tree(RepositoryID(parsing: "org/name"), revision: "main", folder: "a b/c")),
            ("/api/models/org/name/refs", .references(RepositoryID(parsing: "org/name"))),
            ("/api/models/org/name/commits/v1", .commits(RepositoryID(parsing: "org/name"), revision: "v1")),
            ("/api/models/org/name/auth-check", .accessCheck(RepositoryID(parsing: "org/name"), toWrite: false)),
            ("/api/models/org/name/auth-check/write", .accessCheck(RepositoryID(parsing: "org/name"), toWrite: true)),
            ("/api/datasets/org/set/revision/main", .repositoryInfo(RepositoryID(parsing: "org/set", kind: .dataset), revision: "main")),
            ("/datasets/org/set/resolve/main/x", .file(RepositoryID(parsing: "org/set", kind: .dataset), revision: "main", path: "x")),
            ("/datasets/squad/resolve/main/x", .file(RepositoryID(parsing: "squad", kind: .dataset), revision: "main", path: "x")),
            ("/spaces/org/app/resolve/main/x", .file(RepositoryID(parsing: "org/app", kind: .space), revision: "main", path: "x")),
            ("/api/whoami-v2", .whoAmI),
            ("/org/name/resolve/main/a%23b/%25.txt", .file(RepositoryID(parsing: "org/name"), revision: "main", path: "a#b/%.txt")),
            ("/api/models/org/name/", .repositoryInfo(RepositoryID(parsing: "org/name"), revision: "main")),
            ("//api/models/org/name/tree/main//", .tree(RepositoryID(parsing: "org/name"), revision: "main", folder: "")),
            ("//org/name/resolve/main/x", .file(RepositoryID(parsing: "org/name"), revision: "main", path: "x")),
            ("/gpt2/resolve/main/resolve/x", .file(RepositoryID(parsing: "gpt2"), revision: "main", path: "resolve/x")),
        ])
    func parses(path: String, expected: MirrorRoute) {
        #expect(MirrorRoute(rawPath: path) == expected)
        #expect(expected.methods == [.get, .head, .options])
    }

    @Test(
        "Anything else is no route",
        arguments: [
            "/", "", "//", "/api", "/api/models", "/api/models/", "/api/models/a/b/c", "/api/models/../x", "/api/kernels/org/name",
            "/kernels/name/resolve/main/x", "/models/org/name/resolve/main/x", "/api/models/org/name/auth-check/read", "/org/name/resolve",
            "/org/name/resolve/main", "/org/name/resolve/main/", "/org/name/blob/main/x",
            "/org/name/resolve/main/%ff", "/org/name/resolve/%zz/x", "/api/agent-harnesses", "/api/models/org/name/revision/a/b",
            "/org%2Fname/resolve/main/x",
        ])
    func refuses(path: String) {
        #expect(MirrorRoute(rawPath: path) == nil)
    }

    @Test("Paths are asked for by POST, and nothing else is")
    func methods() throws {
        let route = MirrorRoute(rawPath: "/api/models/org/name/paths-info/main")
        #expect(route == .pathsInfo(try RepositoryID(parsing: "org/name"), revision: "main"))
        #expect(route?.methods == [.options, .post])
    }
}
