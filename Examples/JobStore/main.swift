import Foundation
import JobStore
import JobStoreSQLite
import Logging
import RoostCore

let path = CommandLine.arguments.dropFirst().first ?? "jobs.db"
let store = try JobDatabase(path: path, logger: Logger(label: "example"))

// A client asks for a pull. The job is on the disk when `createJob` returns.
let pull = NewPull(model: try ModelReference(parsing: "org/name:Q4_K_M"))
let job = try await store.createJob(pull)

// A worker claims the first job of the queue, reports its progress and its end. Its writes are refused as soon as the
// job is paused, canceled, or claimed by another worker.
if let claim = try await store.claimNextJob(owner: "example")?.claim {
    try await store.updateJob(claim, isProgress: true) { $0.progress = 0.5 }
    let now = Timestamp(Date())
    try await store.updateJob(claim, message: "All bytes are here.") { job in
        job.status = .succeeded
        job.finishedAt = now
    }
}

// Everyone can read the jobs and their history.
for event in try await store.history(of: .job(job.id), after: 0, limit: 100) {
    print(event.kind.rawValue, event.message ?? "")
}
for finished in try await store.jobs(matching: JobFilter(status: .succeeded, limit: 10)) {
    print(finished.model, finished.status.rawValue)
}
try store.close()
