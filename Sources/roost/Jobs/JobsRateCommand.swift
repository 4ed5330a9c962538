import ArgumentParser
import RoostClient
import RoostCore

/// `roost jobs rate`.
struct JobsRateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate", abstract: "Limit the download rate of a pull; it applies at once.", discussion: "All pulls together: roost bandwidth.")

    @OptionGroup var job: JobOptions
    @Argument(help: "A rate such as 5MB, 64KiB or more, or unlimited.")
    var rate: String

    func validate() throws {
        guard rate != "unlimited", ByteRate(parsing: rate) == nil else { return }
        throw ValidationError("A rate is 64KiB or more such as 5MB, or `unlimited`; got '\(rate)'.")
    }

    func run() async throws {
        let limit = ByteRate(parsing: rate)?.bytesPerSecond
        let state = limit.map { "limited to \(ByteCount($0))/s" } ?? "no longer limited"
        try await job.steer(to: state) { try await $0.limit($1, bytesPerSecond: limit) }
    }
}
