import Foundation
import HTTPTypes
import Hummingbird
import JobStore
import PullJobs
import RoostCore

/// `GET /jobs` and `GET /jobs/{id}`.
struct JobRoutes: Sendable {
    let database: JobDatabase
    let pulls: PullWorker

    func add(to router: Router<RoostContext>) {
        let group = router.group("jobs")
        group.get(use: list)
        group.get(":id", use: show)
    }

    private func list(_ request: Request, context: RoostContext) async throws -> Response {
        let jobs = try await database.jobs(matching: try filter(request.uri.queryParameters))
        return JSON.response(jobs.map(pulls.view))
    }

    private func show(_ request: Request, context: RoostContext) async throws -> Response {
        let raw = try context.parameters.require("id")
        let id = (raw.removingPercentEncoding ?? raw).lowercased()
        guard let job = try await database.job(id: id) else {
            throw RoostError(.notFound, "There is no job \(id.quotedForPeople); GET /jobs lists them all.", field: "id")
        }
        return JSON.response(pulls.view(of: job))
    }

    private func filter(_ query: borrowing Parameters) throws -> JobFilter {
        var filter = JobFilter(limit: 50)
        if let status = query["status"] {
            guard let known = JobStatus.documented.first(where: { $0.rawValue == status }) else {
                throw RoostError(
                    .invalidRequest, "`status` must be one of \(JobStatus.documented.map(\.rawValue).joined(separator: ", ")).", field: "status")
            }
            filter.status = known
        }
        filter.model = try query["model"].map { try ModelReference(parsing: String($0)).description }
        if let limit = query["limit"] {
            guard let number = Int(limit), (1...1000).contains(number) else {
                throw RoostError(.invalidRequest, "`limit` must be a whole number from 1 to 1000.", field: "limit")
            }
            filter.limit = number
        }
        return filter
    }
}
