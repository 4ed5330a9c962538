import Foundation
import HTTPServing
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
        let info = Self.info(of: snapshot).filter { $0 == "id" || wanted.isEmpty || wanted.contains($0) }
        guard wanted.isEmpty || wanted.contains("siblings") else { return try json(info, of: snapshot) }
        let withBlobs = flag("blobs", request)
        let siblings = JSONEntries(of: snapshot.files) { MirrorSibling($0, withBlobs: withBlobs) }
        // The object without its closing brace.
        let start = String(decoding: try JSONEncoder.mirror.encode(info).dropLast(), as: UTF8.self)
        return try await list(siblings, before: start + ",\"siblings\":[", after: "]}", of: snapshot)
    }

    /// The description of a repository without its files, which are written while it is sent: the fields that clients
    /// need, and those whose absence would be an error to them.
    private static func info(of snapshot: MirrorSnapshot) -> JSONObject {
        let name = snapshot.id.description
        return [
            "id": name, "modelId": snapshot.id.kind == .model ? name : nil, "author": snapshot.id.namespace, "sha": snapshot.commit,
            "lastModified": snapshot.lastModified, "createdAt": snapshot.lastModified, "private": false, "gated": false, "disabled": false,
            "downloads": 0, "likes": 0, "tags": [String](), "usedStorage": snapshot.bytes,
        ]
    }

    /// `GET /api/models/{id}/tree/{rev}[/{folder}]`, in one page: with several, the answer would need the URL of the
    /// next page, and a mirror cannot know by which name, scheme and path a proxy publishes it.
    func tree(_ id: RepositoryID, _ revision: String, _ folder: String, _ request: Request) async throws -> Response {
        let snapshot = try await snapshot(id, revision, request)
        let folder = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        let commit = MirrorTreeEntry.Commit(id: snapshot.commit, title: Self.commitTitle, date: snapshot.lastModified)
        guard
            let walk = MirrorTreeWalk(
                snapshot, folder: folder, isRecursive: flag("recursive", request), commit: flag("expand", request) ? commit : nil)
        else { throw MirrorError.entryNotFound(commit: snapshot.commit) }
        return try await list(walk, before: "[", after: "]", of: snapshot)
    }

    /// `POST /api/models/{id}/paths-info/{rev}`; paths that do not exist are left out.
    func pathsInfo(_ id: RepositoryID, _ revision: String, _ request: Request) async throws -> Response {
        guard let slot = questionSlots.take() else { throw MirrorError.tooBusy }
        let paths = try await requestedPaths(request)
        let snapshot = try await snapshot(id, revision, request)
        defer { withExtendedLifetime(slot) {} }
        let entries = JSONEntries(of: paths) { snapshot.entry(at: $0) }
        return try await list(entries, before: "[", after: "]", of: snapshot)
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

    /// `GET /api/models/{id}/commits/{rev}`: one commit. A mirror has no history.
    func commits(_ id: RepositoryID, _ revision: String, _ request: Request) async throws -> Response {
        let snapshot = try await snapshot(id, revision, request)
        let commit: JSONObject = [
            "id": snapshot.commit, "title": Self.commitTitle, "message": "", "date": snapshot.lastModified, "authors": [["user": "mirror"]],
        ]
        return try json([commit], of: snapshot)
    }

    /// `GET /api/models/{id}/auth-check[/write]`: every client of the mirror may read what the mirror may read.
    func accessCheck(_ id: RepositoryID, _ toWrite: Bool, _ request: Request) async throws -> Response {
        let mayRead = try found(try await source.mayRead(id), request)
        guard mayRead else { throw MirrorError.noAccess(to: id) }
        guard !toWrite else { throw MirrorError.readOnly }
        return try json([String: String]())
    }

    /// `GET /api/whoami-v2`: the mirror's token belongs to no user, but tools request a name before they store a token.
    func whoAmI() throws -> Response {
        guard configuration.access.token != nil else { throw MirrorError.noUsers }
        let token: JSONObject = ["displayName": "mirror", "role": "read"]
        let access: JSONObject = ["type": "access_token", "accessToken": token]
        let identity: JSONObject = ["type": "user", "name": "mirror", "fullname": "Reader of this mirror", "orgs": [String](), "auth": access]
        return try json(identity)
    }

    private static let commitTitle = "Files as they are"

    /// `huggingface_hub` 0.36 sends `True`, later versions `true`.
    private func flag(_ name: Substring, _ request: Request) -> Bool {
        ["true", "1"].contains(request.uri.queryParameters[name]?.lowercased())
    }

    /// Returns the requested paths in their order, without duplicates.
    private func requestedPaths(_ request: Request) async throws -> [String] {
        var request = request
        let body: ByteBuffer
        do {
            body = try await request.readBody(upTo: 1 << 20)
        } catch let error as RoostError where error.code == .timedOut {
            throw MirrorError(status: .requestTimeout, message: error.message)
        } catch let error as RoostError where error.code == .tooLarge {
            throw MirrorError.tooLargeBody
        } catch is NIOTooManyBytesError {
            throw MirrorError.tooLargeBody
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw MirrorError.tooLargeBody
        }
        let isJSON = request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true
        return try await WorkThreads.run { try Self.paths(in: body, isJSON: isJSON) }
    }

    private static func paths(in body: ByteBuffer, isJSON: Bool) throws -> [String] {
        struct Paths: Decodable { let paths: [String] }
        let all: [String]
        if isJSON {
            guard let decoded = try? JSONDecoder().decode(Paths.self, from: Data(body.readableBytesView)) else { throw MirrorError.badBody }
            all = decoded.paths
        } else {
            all = body.readableBytesView.split(separator: UInt8(ascii: "&")).compactMap { pair in
                guard pair.starts(with: "paths=".utf8) else { return nil }
                let text = String(
                    decoding: pair.dropFirst("paths=".utf8.count).map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
                return text.removingPercentEncoding
            }
        }
        var seen: Set<String> = []
        let paths = all.filter { seen.insert($0).inserted }
        guard paths.count <= mostPaths else { throw MirrorError.tooManyPaths(mostPaths) }
        return paths
    }

    /// The most paths in one request.
    private static let mostPaths = 10_000
}
