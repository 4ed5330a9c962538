import Foundation
import JobStore
import JobStoreSQLite
import Logging
import RoostCore
import ServiceLifecycle
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

@Suite(.timeLimit(.minutes(10))) struct MaintenanceServiceTests {
    let directory: TemporaryDirectory
    let time = ManualTime()

    init() throws { directory = try TemporaryDirectory() }

    private var logger: Logger { Logger.silent }
    private var backups: JobBackupFolder { JobBackupFolder(path: directory.path.appending("backups").string) }

    private func open() throws -> JobDatabase {
        let time = time
        return try JobDatabase(path: directory.path.appending("jobs.db").string, logger: logger, now: { time.now })
    }

    private func settings(_ change: (inout ServerSettings) -> Void = { _ in }) -> MaintenanceService.Configuration {
        var settings = ServerSettings(home: directory.path)
        change(&settings)
        return .init(settings)
    }

    private func addFinishedJob(_ name: String, to database: JobDatabase) async throws {
        let job = try await database.createJob(NewPull(model: try ModelReference(parsing: "org/\(name)")))
        let now = Timestamp(time.now)
        try await database.changeJob(id: job.id, message: nil) { job, _ in
            job.status = .succeeded
            job.finishedAt = now
        }
    }

    private func withService(
        _ database: JobDatabase, _ configuration: MaintenanceService.Configuration, backups: JobBackupFolder? = nil,
        onDeletion: @escaping @Sendable () async -> Void = {}, _ body: (MaintenanceService) async throws -> Void
    ) async throws {
        let service = MaintenanceService(
            configuration: configuration, database: database, backups: backups ?? self.backups, time: time.source, onDeletion: onDeletion,
            logger: logger)
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body(service)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func `a backup is made each day, also across restarts, and the oldest go`() async throws {
        let database = try open()
        try await addFinishedJob("one", to: database)
        let configuration = settings { $0.backupKeep = 3 }
        try await withService(database, configuration) { _ in
            for day in 1...5 {
                await time.nextSleep()
                #expect(backups.list().count == min(day, 3))
                for _ in 1..<24 {
                    time.advance(by: .seconds(3600))
                    await time.nextSleep()
                }
                #expect(backups.list().count == min(day, 3))
                if day < 5 { time.advance(by: .seconds(3600)) }
            }
        }
        let newest = try #require(backups.list().first)
        #expect(newest.reason == .scheduled)
        try await withService(database, configuration) { _ in
            await time.nextSleep()
            #expect(backups.list().first == newest)
            time.advance(by: .seconds(3600))
            await time.nextSleep()
            #expect(backups.list().first != newest && backups.list().count == 3)
        }
        try database.close()
        let saved = try JobDatabase(path: backups.list()[0].path, logger: logger)
        #expect(try await saved.allJobs().map(\.model) == ["org/one"])
        try saved.close()
    }

    @Test func `backups whose names tell a time that is ahead keep none from being made, and push none out`() async throws {
        let database = try open()
        try await addFinishedJob("one", to: database)
        for year in 1...4 { try backups.make(of: database.path, reason: .scheduled, at: time.now.addingTimeInterval(Double(year) * 31_536_000)) }
        let made: () -> [JobBackupFolder.Entry] = { backups.list(at: time.now).filter { $0.time < "2028" } }
        try await withService(database, settings { $0.backupKeep = 3 }) { _ in
            await time.nextSleep()
            #expect(made().count == 1 && backups.list().count == 3)
            for _ in 1..<24 {
                time.advance(by: .seconds(3600))
                await time.nextSleep()
            }
            // One a day, and not one at each look.
            #expect(made().count == 1)
            for day in 2...4 {
                for _ in 0..<24 {
                    time.advance(by: .seconds(3600))
                    await time.nextSleep()
                }
                #expect(made().count == min(day, 3) && backups.list().count == 3)
            }
        }
        try database.close()
    }

    @Test func `an empty file is not saved, and an interval of 0 saves nothing`() async throws {
        let database = try open()
        try await withService(database, settings()) { _ in await time.nextSleep() }
        try await addFinishedJob("one", to: database)
        try await withService(database, settings { $0.backupIntervalHours = 0 }) { _ in await time.nextSleep() }
        #expect(backups.list().isEmpty)
        try database.close()
    }

    @Test func `a backup that fails is told, tried again within the hour, and stops nothing`() async throws {
        let database = try open()
        try await addFinishedJob("one", to: database)
        // A file stands where the folder should be.
        let blocked = try directory.write("blocked", [1])
        let folder = JobBackupFolder(path: blocked.string)
        try await withService(database, settings(), backups: folder) { service in
            await time.nextSleep()
            #expect(service.lastBackupFailure?.contains("blocked") == true)
            let report = HealthReport(counts: .success([:]), recovery: nil, writeFailure: nil, backupFailure: service.lastBackupFailure)
            #expect(report.status == "degraded" && report.database.status == "ok")
            try FileManager.default.removeItem(atPath: blocked.string)
            time.advance(by: .seconds(3600))
            await time.nextSleep()
            #expect(service.lastBackupFailure == nil && folder.list().count == 1)
        }
        try database.close()
    }

    @Test func `old finished jobs go, young and active ones stay`() async throws {
        let database = try open()
        try await addFinishedJob("old", to: database)
        _ = try await database.createJob(NewPull(model: try ModelReference(parsing: "org/waiting")))
        time.advance(by: .seconds(86_400 * 10))
        try await addFinishedJob("young", to: database)
        time.advance(by: .seconds(1))
        let models: () async throws -> Set<String> = { Set(try await database.allJobs().map(\.model)) }
        try await withService(database, settings()) { _ in await time.nextSleep() }
        #expect(try await models().count == 3)
        let told = Mutex(0)
        try await withService(database, settings { $0.jobRetentionDays = 9 }, onDeletion: { told.withLock { $0 += 1 } }) { _ in await time.nextSleep()
        }
        #expect(told.withLock { $0 } == 1)
        #expect(try await models() == ["org/waiting", "org/young"])
        try database.close()
    }

    @Test func `so many finished jobs of each model stay`() async throws {
        let database = try open()
        for _ in 1...4 {
            for name in ["a", "b"] { try await addFinishedJob(name, to: database) }
            time.advance(by: .seconds(60))
        }
        try await withService(database, settings { $0.jobRetentionPerModel = 3 }) { _ in await time.nextSleep() }
        let jobs = try await database.allJobs()
        #expect(jobs.count == 6 && jobs.filter { $0.model == "org/a" }.count == 3)
        try database.close()
    }
}
