import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import RoostCore
import TestSupport
import Testing

/// What a dry run answers when the pull itself would fail: the reason's own status, and nothing is recorded.
@Suite struct DryRunTests {
    /// How a hub refuses.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let status: Int
        var error: String?
        var testDescription: String { "\(status) \(error ?? "")" }

        var response: Response {
            var headers: HTTPFields = [.retryAfter: "0"]
            if let error, let name = HTTPField.Name("X-Error-Code") { headers[name] = error }
            return Response(status: .init(code: status), headers: headers, body: .init(byteBuffer: ByteBuffer(string: "{}")))
        }
    }

    private func dryRun(_ hub: String, environment: [String: String] = [:], model: String = "org/name") async throws -> (status: Int, code: String?) {
        try await RunningServer.run(hub: hub, environment: environment) { server in
            let answer = try await server.post("/pull", "{\"model\":\"\(model)\",\"dry_run\":true}")
            #expect(answer.headers.first(name: "Content-Type") == "application/problem+json")
            #expect(try await server.jobs().isEmpty)
            return (answer.status, try answer.json()["code"] as? String)
        }
    }

    @Test(arguments: [
        (Refusal(status: 401, error: "RepoNotFound"), 404, RoostError.Code.repositoryNotFound),
        (Refusal(status: 404, error: "RevisionNotFound"), 404, .revisionNotFound),
        (Refusal(status: 403, error: "GatedRepo"), 403, .gatedRepository),
        (Refusal(status: 403), 403, .accessDenied),
        (Refusal(status: 429), 429, .rateLimited),
        (Refusal(status: 500), 502, .hubFailure),
    ]) func `a dry run that the hub refuses has the status of the reason`(refusal: Refusal, status: Int, code: RoostError.Code) async throws {
        let answer = try await withRunningService { ready in
            Application(
                responder: CallbackResponder { (_: Request, _: BasicRequestContext) in refusal.response },
                configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in await ready(channel.localAddress?.port ?? 0) },
                logger: .silent)
        } _: { (port: Int) in
            try await dryRun("http://127.0.0.1:\(port)")
        }
        #expect(answer.status == status && answer.code == code.rawValue, "\(answer)")
    }

    @Test func `a dry run whose hub is not there, or may not be asked, says so`() async throws {
        let gone = try await dryRun("http://127.0.0.1:9")
        #expect(gone.status == 502 && gone.code == RoostError.Code.network.rawValue)
        let offline = try await dryRun("http://127.0.0.1:9", environment: ["HF_HUB_OFFLINE": "1"])
        #expect(offline.status == 503 && offline.code == RoostError.Code.offline.rawValue)
    }
}
