import HTTPTypes
import Hummingbird
import PullJobs
import RoostCore

/// `POST /pull`: asks for a model and returns at once.
struct PullRoutes: Sendable {
    let pulls: PullWorker

    func add(to router: Router<RoostContext>) { router.post("pull", use: pull) }

    private func pull(_ request: Request, context: RoostContext) async throws -> Response {
        var request = request
        let body = try await request.readBody(upTo: context.maxUploadSize)
        let pull = try PullRequest(fields: RequestFields(body: body))
        let job = try await pulls.submit(
            model: try ModelReference(parsing: pull.model), quantize: pull.quantize, initialize: pull.initialize)
        return JSON.response(PullAccepted(jobID: job.id), status: .accepted, headers: [.location: "/jobs/\(job.id)"])
    }
}
