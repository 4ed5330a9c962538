import Foundation
import HTTPTypes
import HubClient
import Hummingbird
import HummingbirdCore
import NIOCore
import RoostCore

extension MirrorResponder {
    /// `GET /api/models/{id}[/revision/{rev}]`
    func repositoryInfo(_ id: RepositoryID, _ revision: String, _ request: Request) async throws -> Response {
        let snapshot = try await snapshot(id, revision, request)
        let wanted = request.uri.queryParameters.filter { ["expand", "expand[]", "expand%5B%5D"].contains($0.key) }.map { String($0.value) }
        return try json(
            RepositoryInfo(snapshot, withBlobs: flag("blobs", request), wanted: wanted.isEmpty ? nil : Set(wanted)), of: snapshot)
    }

    /// `GET /api/models/{id}/tree/{rev}[/{folder}]`, in pages.
    func tree(_ id: RepositoryID, _ revision: String, _ folder: String, _ request: Request) async throws -> Response {
        let snapshot = try await snapshot(id, revision, request)
        let folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        guard let all = snapshot.entries(in: folder, recursive: flag("recursive", request)) else {
            throw MirrorError.entryNotFound(commit: snapshot.commit)
        }
        let expand = flag("expand", request)
        let start = min(max(Int(request.uri.queryParameters["cursor"] ?? "0") ?? 0, 0), all.count)
        let end = min(start + (expand ? min(50, configuration.treePageSize) : configuration.treePageSize), all.count)
        let entries = all[start..<end].map { entry in
            var entry = entry
            if expand { entry.lastCommit = .init(id: snapshot.commit, title: Self.commitTitle, date: snapshot.lastModified) }
            return entry
        }
        var response = try json(entries, of: snapshot)
        if end < all.count { response.headers[.link] = "<\(nextPage(of: snapshot, folder, from: end, request))>; rel=\"next\"" }
        return response
    }

    /// `POST /api/models/{id}/paths-info/{rev}`; paths that do not exist are left out.
    func pathsInfo(_ id: RepositoryID, _ revision: String, _ request: Request) async throws -> Response {
        let paths = try await requestedPaths(request)
        let snapshot = try await snapshot(id, revision, request)
        return try json(paths.compactMap { snapshot.entry(at: $0) }, of: snapshot)
    }

    /// `GET /api/models/{id}/refs`
    func references(_ id: RepositoryID, _ request: Request) async throws -> Response {
        struct Reference: Encodable {
            let name: String
            let ref: String
            let targetCommit: String
        }
        let references = try found(try await source.references(of: id), request)
        var lists: [String: [Reference]] = [:]
        for kind in RepositoryReference.Kind.allCases where kind != .pullRequest || flag("include_prs", request) {
            lists[kind.rawValue] = references.filter { $0.kind == kind }.map { Reference(name: $0.name, ref: $0.ref, targetCommit: $0.targetCommit) }
        }
        return try json(lists)
    }

    /// `GET /api/models/{id}/commits/{rev}`: the one commit. A mirror has no history.
    func commits(_ id: RepositoryID, _ revision: String, _ request: Request) async throws -> Response {
        struct Commit: Encodable {
            struct Author: Encodable { let user: String }
            let id: String
            let title: String
            var message = ""
            let date: Timestamp
            var authors = [Author(user: "mirror")]
        }
        let snapshot = try await snapshot(id, revision, request)
        return try json([Commit(id: snapshot.commit, title: Self.commitTitle, date: snapshot.lastModified)], of: snapshot)
    }

    /// `GET /api/models/{id}/auth-check[/write]`: whoever gets here may read what the mirror may read.
    func accessCheck(_ id: RepositoryID, _ toWrite: Bool, _ request: Request) async throws -> Response {
        let mayRead = try found(try await source.mayRead(id), request)
        guard mayRead else { throw MirrorError.noAccess(to: id) }
        guard !toWrite else { throw MirrorError.readOnly }
        return try json([String: String]())
    }

    /// `GET /api/whoami-v2`: the mirror's token has no person behind it, but tools ask for a name before they keep a token.
    func whoAmI() throws -> Response {
        struct Identity: Encodable {
            struct Auth: Encodable {
                struct AccessToken: Encodable {
                    let displayName = "mirror"
                    let role = "read"
                }
                let type = "access_token"
                let accessToken = AccessToken()
            }
            let type = "user"
            let name = "mirror"
            let fullname = "Reader of this mirror"
            let orgs: [String] = []
            let auth = Auth()
        }
        guard configuration.access.token != nil else { throw MirrorError.noUsers }
        return try json(Identity())
    }

    private static let commitTitle = "Files as they are"

    /// The URL must be absolute, since clients request it as it is; it names the commit, so that all pages show one state.
    private func nextPage(of snapshot: MirrorSnapshot, _ folder: String, from cursor: Int, _ request: Request) -> String {
        let path = folder.isEmpty ? "" : "/" + (folder.addingPercentEncoding(withAllowedCharacters: .unreserved) ?? "")
        let query = "recursive=\(flag("recursive", request))&expand=\(flag("expand", request))&cursor=\(cursor)"
        return "http://\(authority(of: request))/api/\(snapshot.id.kind.rawValue)/\(snapshot.id)/tree/\(snapshot.commit)\(path)?\(query)"
    }

    /// How the client reached us; our own address if it says something that is no host.
    private func authority(of request: Request) -> String {
        let given = request.head.authority ?? ""
        let allowed = CharacterSet.unreserved.union(CharacterSet(charactersIn: ":[]"))
        let isHost = !given.isEmpty && given.unicodeScalars.allSatisfy { $0.isASCII && allowed.contains($0) }
        return isHost ? given : "\(configuration.host):\(configuration.port)"
    }

    /// 0.36 sends `True`, later clients `true`.
    private func flag(_ name: Substring, _ request: Request) -> Bool {
        ["true", "1"].contains(request.uri.queryParameters[name]?.lowercased())
    }

    private func requestedPaths(_ request: Request) async throws -> [String] {
        struct Paths: Decodable { let paths: [String] }
        guard let body = try? await request.body.collect(upTo: 1 << 20) else { throw MirrorError.badBody }
        if request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true {
            guard let decoded = try? JSONDecoder().decode(Paths.self, from: Data(body.readableBytesView)) else { throw MirrorError.badBody }
            return decoded.paths
        }
        return String(buffer: body).split(separator: "&").compactMap { pair in
            guard pair.hasPrefix("paths=") else { return nil }
            return pair.dropFirst("paths=".count).replacing("+", with: " ").removingPercentEncoding
        }
    }
}

extension CharacterSet {
    /// What never needs escaping in a URL (RFC 3986, section 2.3).
    fileprivate static let unreserved = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
