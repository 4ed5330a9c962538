import Foundation
import HubClient
import Logging
import RoostCore

// The variables of the Hub's own tools: HF_ENDPOINT, HF_TOKEN, HF_HUB_CACHE, HTTPS_PROXY and others.
let configuration = try HubConfiguration(environment: ProcessInfo.processInfo.environment)
let hub = HubClient(configuration: configuration, logger: Logger(label: "example"))

// A branch or tag becomes a commit once, so that all files are of the same commit.
let repository = try RepositoryID(parsing: CommandLine.arguments.dropFirst().first ?? "org/name")
let revision = try await hub.resolve(repository)
let files = try await hub.listing(of: revision).files

// Each file is verified before it gets its name. After an error the next call continues with the bytes that are here.
try await hub.download(files, in: revision, observer: DownloadObserver(onProgress: { _, _ in }))

// Only now do readers of the cache, such as huggingface_hub, find the new commit under its branch.
try hub.recordRevision(revision, files: files)
for file in files {
    print(file.path, file.size, hub.path(of: file, in: revision))
}
try await hub.shutdown()
