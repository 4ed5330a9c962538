import HTTPServing
import HTTPTypes
import Hummingbird
import PullJobs
import RoostAPI
import RoostCore

/// `POST /pull`: starts a pull and returns at once.
struct PullRoutes: Sendable {
    let pulls: PullWorker
    /// Checks whether the server may call a `callback_url`.
    var checkCallback: @Sendable (String) throws -> Void = refuseCallbacks

    func add(to router: Router<RoostContext>) { router.post("pull", use: pull) }

    private func pull(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let (pull, isDryRun) = try await request.readFields(upTo: context.maxUploadSize) {
            (try NewPull(fields: $0), try $0.bool("dry_run", default: false))
        }
        if let url = pull.callbackURL { try checkCallback(url) }
        if isDryRun {
            let pull = try pull.by(context.caller)
            // The requests to the Hub are cancelled when the client disconnects.
            return JSON.response(try await context.channel.whileClientStays { try await pulls.preview(pull) })
        }
        let job = try await pulls.submit(pull, by: context.caller)
        return JSON.response(PullAccepted(jobID: job.id), status: .accepted, headers: [.location: "/jobs/\(job.id)"])
    }

    @Sendable private static func refuseCallbacks(_ url: String) throws {
        throw RoostError(
            .invalidRequest, "`callback_url` is not accepted: webhooks are off on this server. Follow the job with GET /jobs/{id}/events instead.",
            field: "callback_url")
    }
}
