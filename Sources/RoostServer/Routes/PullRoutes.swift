import HTTPTypes
import Hummingbird
import PullJobs
import RoostCore

/// `POST /pull`: asks for a model and returns at once.
struct PullRoutes: Sendable {
    let pulls: PullWorker
    /// Refuses a `callback_url` that the server may not call.
    var checkCallback: @Sendable (String) throws -> Void = refuseCallbacks

    func add(to router: Router<RoostContext>) { router.post("pull", use: pull) }

    private func pull(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let body = try await request.readBody(upTo: context.maxUploadSize)
        let pull = try PullRequest(fields: RequestFields(body: body))
        if let url = pull.callbackURL { try checkCallback(url) }
        if pull.isDryRun == true { return JSON.response(try await pulls.preview(pull.newPull())) }
        let job = try await pulls.submit(pull.newPull())
        return JSON.response(PullAccepted(jobID: job.id), status: .accepted, headers: [.location: "/jobs/\(job.id)"])
    }

    @Sendable private static func refuseCallbacks(_ url: String) throws {
        throw RoostError(
            .invalidRequest, "`callback_url` is not accepted: webhooks are off on this server. Follow the job with GET /jobs/{id}/events instead.",
            field: "callback_url")
    }
}
